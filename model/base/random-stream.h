#ifndef SONDA_MODEL_BASE_RANDOM_STREAM_H
#define SONDA_MODEL_BASE_RANDOM_STREAM_H

#include <cstddef>
#include <string>

namespace sonda
{

/**
 * A source of randomness that the caller owns and passes in: an ns-3 stream in simulation, a
 * seeded generator or the kernel's in the real binaries. Not safe for use by two threads.
 */
class RandomStream
{
  public:
    virtual ~RandomStream() = default;

    /** \return a uniform number in [0, 1). */
    virtual double Uniform() = 0;

    /**
     * \param n how many values, at least 1
     * \return a uniform whole number in [0, n).
     */
    std::size_t Below(std::size_t n);
};

/** \return \p bits random bits (a multiple of 16) as lower-case hexadecimal digits. */
std::string RandomHex(RandomStream& random, int bits);

} // namespace sonda

#endif
