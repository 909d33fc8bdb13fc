#include "model/protocol/prefix.h"

#include "model/protocol/address.h"

#include <algorithm>

namespace sonda
{

namespace
{

constexpr unsigned IPV4_BITS = 32;
constexpr unsigned IPV6_BITS = 128;

/** An address of either kind. */
struct Parsed
{
    bool isIpv4;
    Ipv6Bytes bytes;
};

std::optional<Parsed>
ParseAddress(std::string_view text)
{
    if (const auto quad = ParseIpv4(text))
    {
        Parsed parsed{true, {}};
        std::copy(quad->begin(), quad->end(), parsed.bytes.begin());
        return parsed;
    }
    if (const auto bytes = ParseIpv6(text))
    {
        return Parsed{false, *bytes};
    }
    return std::nullopt;
}

bool
Bit(const Ipv6Bytes& bytes, unsigned number)
{
    return bytes[number / 8] >> (7 - number % 8) & 1;
}

/** \return whether all bits from \p first to before \p end are \p value. */
bool
AllBits(const Ipv6Bytes& bytes, unsigned first, unsigned end, bool value)
{
    for (unsigned i = first; i < end; ++i)
    {
        if (Bit(bytes, i) != value)
        {
            return false;
        }
    }
    return true;
}

bool
IsIn(std::string_view address, std::string_view network, unsigned bits)
{
    const auto prefix = Prefix::Around(network, bits);
    return prefix && prefix->Contains(address);
}

} // namespace

std::optional<Prefix>
Prefix::Around(std::string_view address, unsigned bits)
{
    const auto parsed = ParseAddress(address);
    if (!parsed || bits > (parsed->isIpv4 ? IPV4_BITS : IPV6_BITS))
    {
        return std::nullopt;
    }
    Prefix prefix;
    prefix.m_isIpv4 = parsed->isIpv4;
    prefix.m_bytes = parsed->bytes;
    prefix.m_bits = bits;
    return prefix;
}

bool
Prefix::Contains(std::string_view address) const
{
    const auto parsed = ParseAddress(address);
    if (!parsed || parsed->isIpv4 != m_isIpv4)
    {
        return false;
    }
    for (unsigned i = 0; i < m_bits; ++i)
    {
        if (Bit(parsed->bytes, i) != Bit(m_bytes, i))
        {
            return false;
        }
    }
    return true;
}

bool
Prefix::IsNobody(std::string_view address) const
{
    if (!m_isIpv4 || m_bits + 1 >= IPV4_BITS || !Contains(address))
    {
        return false;
    }
    const auto parsed = ParseAddress(address);
    return AllBits(parsed->bytes, m_bits, IPV4_BITS, false) ||
           AllBits(parsed->bytes, m_bits, IPV4_BITS, true);
}

bool
IsLoopback(std::string_view address)
{
    return IsIn(address, "127.0.0.0", 8) || IsIn(address, "::1", 128);
}

bool
IsLinkLocal(std::string_view address)
{
    return IsIn(address, "169.254.0.0", 16) || IsIn(address, "fe80::", 10);
}

} // namespace sonda
