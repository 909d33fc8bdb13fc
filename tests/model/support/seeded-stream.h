#ifndef SONDA_TESTS_MODEL_SUPPORT_SEEDED_STREAM_H
#define SONDA_TESTS_MODEL_SUPPORT_SEEDED_STREAM_H

#include "model/base/random-stream.h"

#include <cstdint>
#include <random>
#include <vector>

namespace sonda::test
{

/** A RandomStream that repeats for equal seeds on every platform, with helpers for test cases. */
class SeededStream : public RandomStream
{
  public:
    explicit SeededStream(std::uint64_t seed)
        : m_engine(seed)
    {
    }

    double
    Uniform() override
    {
        // 53 bits, by hand: standard distributions differ between libraries.
        return static_cast<double>(m_engine() >> 11) * 0x1p-53;
    }

    double
    Between(double low, double high)
    {
        return low + (high - low) * Uniform();
    }

    bool
    Chance(double probability)
    {
        return Uniform() < probability;
    }

    template <typename T>
    const T&
    OneOf(const std::vector<T>& choices)
    {
        return choices[Below(choices.size())];
    }

  private:
    std::mt19937_64 m_engine;
};

/** Hands out one value for ever: for decisions whose luck a test wants to fix. */
class ConstantStream : public RandomStream
{
  public:
    explicit ConstantStream(double value)
        : m_value(value)
    {
    }

    double
    Uniform() override
    {
        return m_value;
    }

  private:
    double m_value;
};

} // namespace sonda::test

#endif
