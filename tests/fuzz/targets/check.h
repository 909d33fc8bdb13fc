#ifndef SONDA_TESTS_FUZZ_CHECK_H
#define SONDA_TESTS_FUZZ_CHECK_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

/** What libFuzzer takes for a find: the program ends, and the input that did it is kept. */
#define FUZZ_CHECK(condition)                                                              \
    do                                                                                     \
    {                                                                                      \
        if (!(condition))                                                                  \
        {                                                                                  \
            std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            __builtin_trap();                                                              \
        }                                                                                  \
    } while (false)

namespace sonda::fuzz
{

inline std::string_view
Text(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}

/** An error is a message for people: it says something, and has an end. */
inline void
CheckMessage(const std::string& message)
{
    FUZZ_CHECK(!message.empty());
    FUZZ_CHECK(message.size() < 20'000);
}

/** The same parts behind the first word of every target: the first byte chooses one of several. */
struct Choice
{
    unsigned which;
    std::string_view text;
};

/** Inputs of a target that has several parsers begin with a digit, so that seeds can be read. */
inline Choice
Choose(const std::uint8_t* data, std::size_t size)
{
    return size == 0 ? Choice{0, {}} : Choice{data[0] - unsigned{'0'}, Text(data + 1, size - 1)};
}

} // namespace sonda::fuzz

#endif
