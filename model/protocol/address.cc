#include "model/protocol/address.h"

#include <charconv>

namespace sonda
{

std::optional<std::array<std::uint8_t, 4>>
ParseIpv4(std::string_view text)
{
    std::array<std::uint8_t, 4> bytes{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < bytes.size(); ++i)
    {
        if (i > 0 && (at == end || *at++ != '.'))
        {
            return std::nullopt;
        }
        const char* const first = at;
        const auto [next, error] = std::from_chars(at, end, bytes[i]);
        // A leading zero is read as octal by some resolvers, so nobody may send one.
        if (error != std::errc() || (*first == '0' && next - first > 1))
        {
            return std::nullopt;
        }
        at = next;
    }
    if (at != end)
    {
        return std::nullopt;
    }
    return bytes;
}

bool
IsUnicast(const std::array<std::uint8_t, 4>& address)
{
    // 0.0.0.0/8 is "this network"; 224.0.0.0/4 is multicast, 240.0.0.0/4 reserved and broadcast.
    return address[0] != 0 && address[0] < 224;
}

} // namespace sonda
