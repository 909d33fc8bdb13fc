#ifndef SONDA_MODEL_PROTOCOL_IPV6_H
#define SONDA_MODEL_PROTOCOL_IPV6_H

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/** IPv6 addresses as text. No state, any thread. */
namespace sonda
{

using Ipv6Bytes = std::array<std::uint8_t, 16>;

/**
 * \return the bytes of an address in hexadecimal groups ("fd00::7"; RFC 4291, 2.2, forms 1 and 2),
 * or nothing. Neither zones nor dotted quads at the end are read.
 */
std::optional<Ipv6Bytes> ParseIpv6(std::string_view text);

/** \return the one text that RFC 5952 allows for an address. */
std::string FormatIpv6(const Ipv6Bytes& bytes);

/**
 * \return whether the text is where one host can be reached: a unicast IPv4 address, or a unicast
 * IPv6 address in its one form. Link-local IPv6 addresses mean something on their own host only,
 * and IPv4 addresses in the guise of IPv6 have another form already; they are none.
 */
bool IsHostAddress(std::string_view text);

} // namespace sonda

#endif
