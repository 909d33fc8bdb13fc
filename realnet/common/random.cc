#include "realnet/common/random.h"

#include <sodium.h>

namespace sonda
{

namespace
{

/** The 53 bits that a double holds exactly, so that the result stays below 1. */
double
ToUnitInterval(std::uint64_t bits)
{
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

} // namespace

SeededRandom::SeededRandom(std::uint64_t seed)
    : m_generator(seed)
{
}

double
SeededRandom::Uniform()
{
    return ToUnitInterval(m_generator());
}

double
SecureRandom::Uniform()
{
    return ToUnitInterval(RandomSeed());
}

std::uint64_t
RandomSeed()
{
    std::uint64_t bits = 0;
    randombytes_buf(&bits, sizeof(bits));
    return bits;
}

} // namespace sonda
