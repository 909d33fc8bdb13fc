#include "model/base/shown.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace sonda
{

namespace
{

/** One character of a text, or one byte that belongs to none. */
struct Character
{
    std::size_t bytes;
    std::uint32_t code; //!< of Unicode; of the byte where isBroken
    bool isBroken;
};

/** Least code of a sequence of so many bytes: the same code in more bytes is no UTF-8. */
constexpr std::array<std::uint32_t, 5> LEAST{0, 0, 0x80, 0x800, 0x10000};

Character
CharacterAt(std::string_view text, std::size_t at)
{
    const auto first = static_cast<unsigned char>(text[at]);
    const Character broken{1, first, true};
    if (first < 0x80)
    {
        return {1, first, false};
    }
    const std::size_t bytes = first >= 0xF8   ? 0
                              : first >= 0xF0 ? 4
                              : first >= 0xE0 ? 3
                              : first >= 0xC0 ? 2
                                              : 0;
    if (bytes == 0 || at + bytes > text.size())
    {
        return broken;
    }
    std::uint32_t code = first & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i)
    {
        const auto next = static_cast<unsigned char>(text[at + i]);
        if ((next & 0xC0) != 0x80)
        {
            return broken;
        }
        code = code << 6 | (next & 0x3F);
    }
    const bool isSurrogate = code >= 0xD800 && code <= 0xDFFF;
    return code < LEAST[bytes] || code > 0x10FFFF || isSurrogate ? broken
                                                                 : Character{bytes, code, false};
}

/** Whether it does not stand in a line as itself. */
bool
IsUnprintable(const Character& c)
{
    struct Range
    {
        std::uint32_t first;
        std::uint32_t last;
    };

    static constexpr std::array<Range, 7> RANGES{{
        {0x00, 0x1F},     // control characters
        {0x7F, 0x9F},     // DEL, and the second set of them
        {0x061C, 0x061C}, // a mark of direction
        {0x200B, 0x200F}, // of no width, and marks of direction
        {0x2028, 0x202E}, // separators of lines, turns of direction
        {0x2060, 0x206F}, // of no width, isolated directions
        {0xFEFF, 0xFEFF}, // byte order mark
    }};
    return c.isBroken ||
           std::any_of(RANGES.begin(),
                       RANGES.end(),
                       [&c](Range r) { return c.code >= r.first && c.code <= r.last; });
}

std::string
Escaped(const Character& c)
{
    std::array<char, 12> text{};
    std::snprintf(text.data(),
                  text.size(),
                  c.isBroken || c.code < 0x80 ? "\\x%02x" : "\\u%04x",
                  static_cast<unsigned>(c.code));
    return text.data();
}

std::string
Cut(std::string_view text, std::size_t most, bool keepLines)
{
    std::string shown;
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count)
    {
        const Character c = CharacterAt(text, at);
        if (count < most)
        {
            const bool asItIs = !IsUnprintable(c) || (keepLines && c.code == '\n' && !c.isBroken);
            shown += asItIs ? std::string(text.substr(at, c.bytes)) : Escaped(c);
        }
        at += c.bytes;
    }
    return count <= most ? shown : shown + "… (" + std::to_string(count) + " characters)";
}

} // namespace

std::string
Shown(std::string_view text, std::size_t most)
{
    return Cut(text, most, false);
}

std::string
Quoted(std::string_view text)
{
    std::string quoted = "\"";
    quoted += Shown(text);
    quoted += '"';
    return quoted;
}

std::string
ShownMessage(std::string_view message)
{
    return Cut(message, MOST_IN_MESSAGE, true);
}

bool
HasUnprintable(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();)
    {
        const Character c = CharacterAt(text, at);
        if (IsUnprintable(c))
        {
            return true;
        }
        at += c.bytes;
    }
    return false;
}

} // namespace sonda
