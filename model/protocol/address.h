#ifndef SONDA_MODEL_PROTOCOL_ADDRESS_H
#define SONDA_MODEL_PROTOCOL_ADDRESS_H

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sonda
{

/** \return the four bytes of a dotted quad ("10.0.0.7"; no leading zeros), or nothing. */
std::optional<std::array<std::uint8_t, 4>> ParseIpv4(std::string_view text);

/** \return whether one host can have the address: not 0.0.0.0, multicast, reserved or broadcast. */
bool IsUnicast(const std::array<std::uint8_t, 4>& address);

} // namespace sonda

#endif
