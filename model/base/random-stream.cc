#include "model/base/random-stream.h"

#include <algorithm>

namespace sonda
{

std::size_t
RandomStream::Below(std::size_t n)
{
    // Uniform() < 1, but the product may round up to n for a large n.
    const auto value = static_cast<std::size_t>(Uniform() * static_cast<double>(n));
    return std::min(value, n - 1);
}

std::string
RandomHex(RandomStream& random, int bits)
{
    static const char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bits / 4);
    // 16 bits a draw: every generator that gives a double gives that many good ones.
    for (int done = 0; done < bits; done += 16)
    {
        const std::size_t word = random.Below(1U << 16);
        for (int shift = 12; shift >= 0; shift -= 4)
        {
            text += digits[(word >> shift) & 0xF];
        }
    }
    return text;
}

} // namespace sonda
