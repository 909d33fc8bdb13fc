#include "model/protocol/ipv6.h"

#include "model/protocol/address.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace sonda
{

namespace
{

constexpr std::size_t GROUPS = 8;

using Groups = std::vector<std::uint16_t>;

/** Groups joined by single colons; nothing when the text is anything else. */
std::optional<Groups>
ParseGroups(std::string_view text)
{
    Groups groups;
    while (!text.empty())
    {
        const auto colon = text.find(':');
        const std::string_view digits = text.substr(0, colon);
        std::uint16_t group = 0;
        const char* const end = digits.data() + digits.size();
        const auto [rest, error] = std::from_chars(digits.data(), end, group, 16);
        if (digits.size() > 4 || error != std::errc() || rest != end || groups.size() == GROUPS)
        {
            return std::nullopt;
        }
        groups.push_back(group);
        if (colon == std::string_view::npos)
        {
            break;
        }
        text.remove_prefix(colon + 1);
        if (text.empty())
        {
            return std::nullopt; // a colon at the end
        }
    }
    return groups;
}

/** Where the longest row of zero groups begins, and its length; the first of equals. */
std::pair<std::size_t, std::size_t>
LongestZeros(const std::array<std::uint16_t, GROUPS>& groups)
{
    std::pair<std::size_t, std::size_t> best{GROUPS, 1}; // a single zero is not shortened
    for (std::size_t begin = 0; begin < GROUPS; ++begin)
    {
        std::size_t end = begin;
        while (end < GROUPS && groups[end] == 0)
        {
            ++end;
        }
        if (end - begin > best.second)
        {
            best = {begin, end - begin};
        }
    }
    return best;
}

std::string
Hex(std::uint16_t group)
{
    std::array<char, 4> digits{};
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), group, 16);
    return {digits.data(), result.ptr};
}

} // namespace

std::optional<Ipv6Bytes>
ParseIpv6(std::string_view text)
{
    const auto gap = text.find("::");
    const bool hasGap = gap != std::string_view::npos;
    const auto head = ParseGroups(text.substr(0, gap));
    const auto tail = hasGap ? ParseGroups(text.substr(gap + 2)) : Groups();
    if (!head || !tail)
    {
        return std::nullopt;
    }
    const std::size_t count = head->size() + tail->size();
    if (hasGap ? count >= GROUPS : count != GROUPS)
    {
        return std::nullopt;
    }
    Groups groups = *head;
    groups.resize(GROUPS - tail->size());
    groups.insert(groups.end(), tail->begin(), tail->end());
    Ipv6Bytes bytes{};
    for (std::size_t i = 0; i < GROUPS; ++i)
    {
        bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
        bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i] & 0xFF);
    }
    return bytes;
}

std::string
FormatIpv6(const Ipv6Bytes& bytes)
{
    std::array<std::uint16_t, GROUPS> groups{};
    for (std::size_t i = 0; i < GROUPS; ++i)
    {
        groups[i] = static_cast<std::uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    }
    const auto [begin, length] = LongestZeros(groups);
    std::string text;
    for (std::size_t i = 0; i < GROUPS; ++i)
    {
        if (i == begin)
        {
            text += "::";
            i += length - 1;
            continue;
        }
        text += (text.empty() || text.back() == ':' ? "" : ":") + Hex(groups[i]);
    }
    return text;
}

bool
IsHostAddress(std::string_view text)
{
    if (const auto quad = ParseIpv4(text))
    {
        return IsUnicast(*quad);
    }
    const auto bytes = ParseIpv6(text);
    if (!bytes || FormatIpv6(*bytes) != text)
    {
        return false;
    }
    constexpr Ipv6Bytes unspecified{};
    constexpr Ipv6Bytes mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    const bool isMulticast = (*bytes)[0] == 0xFF;
    const bool isLinkLocal = (*bytes)[0] == 0xFE && ((*bytes)[1] & 0xC0) == 0x80;
    const bool isMapped = std::equal(mapped.begin(), mapped.begin() + 12, bytes->begin());
    return *bytes != unspecified && !isMulticast && !isLinkLocal && !isMapped;
}

} // namespace sonda
