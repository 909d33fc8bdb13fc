#include "realnet/common/proxy-protocol.h"

#include "model/protocol/address.h"
#include "model/protocol/ipv6.h"
#include "realnet/common/option-values.h"

#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <vector>

namespace sonda
{

namespace
{

using Outcome = ProxyHeader::Outcome;

constexpr std::string_view SIGNATURE{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t FIXED_BYTES = 16; // of version 2, before the addresses
constexpr std::size_t MOST_TEXT_BYTES = 107;
constexpr unsigned char COMMAND_LOCAL = 0x20;
constexpr unsigned char COMMAND_PROXY = 0x21;
constexpr unsigned char TCP_OVER_IPV4 = 0x11;
constexpr unsigned char TCP_OVER_IPV6 = 0x21;

/** \return the address as IPv6, IPv4 in its guise. */
SocketAddress
AsIpv6(const SocketAddress& address)
{
    if (address.Family() == AF_INET6)
    {
        return address;
    }
    return {"::ffff:" + address.Address(), address.Port()};
}

/**
 * Both ends in one family, as a header has but one: IPv4 in the guise of IPv6 becomes IPv4, unless
 * the other end is IPv6 indeed.
 */
ProxiedEnds
Plain(const ProxiedEnds& ends)
{
    const SocketAddress source(ends.source.ToEndpoint());
    const SocketAddress destination(ends.destination.ToEndpoint());
    if (source.Family() == destination.Family())
    {
        return {source, destination};
    }
    return {AsIpv6(source), AsIpv6(destination)};
}

/** \return as version 1 has it: IPv6 in hexadecimal groups, never with a dotted quad at the end. */
std::string
ToText(const SocketAddress& address)
{
    if (address.Family() != AF_INET6)
    {
        return address.Address();
    }
    Ipv6Bytes bytes;
    std::memcpy(bytes.data(), &address.V6(), bytes.size());
    return FormatIpv6(bytes);
}

template <typename T>
void
Append(std::string& bytes, const T& value)
{
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::string
MakeBinary(const ProxiedEnds& ends)
{
    const bool isV6 = ends.source.Family() == AF_INET6;
    std::string bytes(SIGNATURE);
    bytes += static_cast<char>(COMMAND_PROXY);
    bytes += static_cast<char>(isV6 ? TCP_OVER_IPV6 : TCP_OVER_IPV4);
    Append(bytes, htons(isV6 ? 36 : 12));
    for (const SocketAddress* end : {&ends.source, &ends.destination})
    {
        isV6 ? Append(bytes, end->V6()) : Append(bytes, end->V4());
    }
    Append(bytes, htons(ends.source.Port()));
    Append(bytes, htons(ends.destination.Port()));
    return bytes;
}

std::optional<std::uint16_t>
ParsePort(std::string_view text)
{
    std::uint16_t port = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool isWhole = error == std::errc() && rest == text.data() + text.size();
    return isWhole && (text == "0" || text[0] != '0') ? std::optional(port) : std::nullopt;
}

std::vector<std::string_view>
Words(std::string_view line)
{
    std::vector<std::string_view> words;
    while (true)
    {
        const auto space = line.find(' ');
        words.push_back(line.substr(0, space));
        if (space == std::string_view::npos)
        {
            return words;
        }
        line.remove_prefix(space + 1);
    }
}

/** \param line of version 1, without the end of line */
ProxyHeader
ParseLine(std::string_view line)
{
    const ProxyHeader complete{Outcome::COMPLETE, line.size() + 2, std::nullopt};
    const auto words = Words(line);
    if (words.size() >= 2 && words[1] == "UNKNOWN")
    {
        return complete; // whatever follows must be ignored
    }
    const bool isV4 = words.size() == 6 && words[1] == "TCP4";
    const bool isV6 = words.size() == 6 && words[1] == "TCP6";
    const auto isAddress = [isV4](std::string_view text)
    { return isV4 ? ParseIpv4(text).has_value() : ParseIpv6(text).has_value(); };
    if ((!isV4 && !isV6) || !isAddress(words[2]) || !isAddress(words[3]))
    {
        return {};
    }
    const auto sourcePort = ParsePort(words[4]);
    const auto destinationPort = ParsePort(words[5]);
    if (!sourcePort || !destinationPort)
    {
        return {};
    }
    ProxyHeader header = complete;
    header.ends = ProxiedEnds{SocketAddress(std::string(words[2]), *sourcePort),
                              SocketAddress(std::string(words[3]), *destinationPort)};
    return header;
}

ProxyHeader
ParseText(std::string_view bytes)
{
    constexpr std::string_view start = "PROXY ";
    if (bytes.substr(0, start.size()) != start.substr(0, bytes.size()))
    {
        return {};
    }
    const auto end = bytes.substr(0, MOST_TEXT_BYTES).find("\r\n");
    if (end == std::string_view::npos)
    {
        return {bytes.size() < MOST_TEXT_BYTES ? Outcome::INCOMPLETE : Outcome::INVALID, 0, {}};
    }
    return ParseLine(bytes.substr(0, end));
}

template <typename Address>
SocketAddress
ReadEnd(const char* address, const char* port, int family)
{
    Address bytes;
    std::memcpy(&bytes, address, sizeof(bytes));
    std::uint16_t number = 0;
    std::memcpy(&number, port, sizeof(number));
    return {family, &bytes, ntohs(number)};
}

/** Two addresses, two ports. */
template <typename Address>
constexpr std::size_t EndsBytes = 2 * (sizeof(Address) + sizeof(std::uint16_t));

template <typename Address>
ProxiedEnds
ReadEnds(const char* at, int family)
{
    const char* const ports = at + 2 * sizeof(Address);
    return {ReadEnd<Address>(at, ports, family),
            ReadEnd<Address>(at + sizeof(Address), ports + 2, family)};
}

ProxyHeader
ParseBinary(std::string_view bytes)
{
    if (bytes.size() < FIXED_BYTES)
    {
        return {Outcome::INCOMPLETE, 0, {}};
    }
    const auto command = static_cast<unsigned char>(bytes[12]);
    const auto family = static_cast<unsigned char>(bytes[13]);
    std::uint16_t size = 0;
    std::memcpy(&size, bytes.data() + 14, sizeof(size));
    const std::size_t length = FIXED_BYTES + ntohs(size);
    if ((command != COMMAND_LOCAL && command != COMMAND_PROXY) || length > MOST_HEADER_BYTES)
    {
        return {};
    }
    if (bytes.size() < length)
    {
        return {Outcome::INCOMPLETE, 0, {}};
    }
    ProxyHeader header{Outcome::COMPLETE, length, std::nullopt};
    const bool isIpv4 = command == COMMAND_PROXY && family == TCP_OVER_IPV4;
    const bool isIpv6 = command == COMMAND_PROXY && family == TCP_OVER_IPV6;
    if (length - FIXED_BYTES < (isIpv4 ? EndsBytes<in_addr> : isIpv6 ? EndsBytes<in6_addr> : 0))
    {
        return {};
    }
    const char* const addresses = bytes.data() + FIXED_BYTES;
    if (isIpv4)
    {
        header.ends = ReadEnds<in_addr>(addresses, AF_INET);
    }
    else if (isIpv6)
    {
        header.ends = ReadEnds<in6_addr>(addresses, AF_INET6);
    }
    return header;
}

} // namespace

Expected<ProxyProtocol>
ParseProxyProtocol(const std::string& text)
{
    return ParseOneOf<ProxyProtocol>(
        text,
        "version of the PROXY protocol",
        {{"off", ProxyProtocol::OFF}, {"v1", ProxyProtocol::V1}, {"v2", ProxyProtocol::V2}});
}

std::string
MakeProxyHeader(ProxyProtocol version, const ProxiedEnds& ends)
{
    const ProxiedEnds plain = Plain(ends);
    if (version == ProxyProtocol::V2)
    {
        return MakeBinary(plain);
    }
    return fmt::format("PROXY {} {} {} {} {}\r\n",
                       plain.source.Family() == AF_INET6 ? "TCP6" : "TCP4",
                       ToText(plain.source),
                       ToText(plain.destination),
                       plain.source.Port(),
                       plain.destination.Port());
}

std::string
MakeOwnHeader(ProxyProtocol version)
{
    using namespace std::string_literals;
    // Version 2, command LOCAL, no addresses.
    return version == ProxyProtocol::V2 ? std::string(SIGNATURE) + "\x20\0\0\0"s
                                        : "PROXY UNKNOWN\r\n"s;
}

ProxyHeader
ParseProxyHeader(std::string_view bytes)
{
    bytes = bytes.substr(0, MOST_HEADER_BYTES);
    if (bytes.substr(0, SIGNATURE.size()) == SIGNATURE.substr(0, bytes.size()))
    {
        return ParseBinary(bytes);
    }
    return ParseText(bytes);
}

} // namespace sonda
