#include "realnet/common/network.h"

#include "model/base/shown.h"
#include "model/protocol/address.h"
#include "realnet/common/option-values.h"

#include <algorithm>

namespace sonda
{

namespace
{

/** IPv4 addresses stand behind these 96 bits. */
constexpr unsigned MAPPED_BITS = 96;

Ipv6Bytes
Mapped(const std::uint8_t* quad)
{
    Ipv6Bytes bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    std::copy(quad, quad + 4, bytes.begin() + 12);
    return bytes;
}

Ipv6Bytes
BytesOf(const SocketAddress& address)
{
    if (address.Family() == AF_INET)
    {
        return Mapped(reinterpret_cast<const std::uint8_t*>(&address.V4()));
    }
    Ipv6Bytes bytes{};
    std::copy(std::begin(address.V6().s6_addr), std::end(address.V6().s6_addr), bytes.begin());
    return bytes;
}

bool
Bit(const Ipv6Bytes& bytes, unsigned number)
{
    return bytes[number / 8] >> (7 - number % 8) & 1;
}

} // namespace

Expected<Network>
Network::Parse(const std::string& text)
{
    const auto slash = text.find('/');
    const std::string address = text.substr(0, slash);
    const auto quad = ParseIpv4(address);
    const auto groups = ParseIpv6(address);
    if (!quad && !groups)
    {
        return Error{Quoted(text) + " is no range of addresses; write for example 10.0.0.0/8, " +
                     "10.0.0.7 or fd00::/8"};
    }
    Network network;
    network.m_bytes = quad ? Mapped(quad->data()) : *groups;
    if (slash != std::string::npos)
    {
        const auto bits = ParseWhole(text.substr(slash + 1), 0, quad ? 32 : 128);
        if (!bits)
        {
            return Error{"length " + bits.GetError().message};
        }
        network.m_bits = static_cast<unsigned>(*bits) + (quad ? MAPPED_BITS : 0);
    }
    for (unsigned i = network.m_bits; i < 128; ++i)
    {
        if (Bit(network.m_bytes, i))
        {
            return Error{Quoted(text) + " has bits behind its length"};
        }
    }
    return network;
}

bool
Network::Contains(const SocketAddress& address) const
{
    const Ipv6Bytes bytes = BytesOf(address);
    for (unsigned i = 0; i < m_bits; ++i)
    {
        if (Bit(bytes, i) != Bit(m_bytes, i))
        {
            return false;
        }
    }
    return true;
}

} // namespace sonda
