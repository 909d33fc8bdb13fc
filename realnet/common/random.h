#ifndef SONDA_REALNET_COMMON_RANDOM_H
#define SONDA_REALNET_COMMON_RANDOM_H

#include "model/base/random-stream.h"

#include <cstdint>
#include <random>

namespace sonda
{

/** Repeatable random numbers, for picks and waits. Not thread-safe. */
class SeededRandom : public RandomStream
{
  public:
    explicit SeededRandom(std::uint64_t seed);

    double Uniform() override;

  private:
    std::mt19937_64 m_generator;
};

/** Random numbers that nobody can guess, from libsodium, for nonces. Any thread. */
class SecureRandom : public RandomStream
{
  public:
    double Uniform() override;
};

/** \return a seed that differs from start to start. */
std::uint64_t RandomSeed();

} // namespace sonda

#endif
