#ifndef SONDA_TESTS_MODEL_SUPPORT_CHI_SQUARE_H
#define SONDA_TESTS_MODEL_SUPPORT_CHI_SQUARE_H

#include <cmath>
#include <cstdint>
#include <vector>

namespace sonda::test
{

/** Pearson's statistic of counts against expected counts. */
inline double
ChiSquare(const std::vector<std::uint64_t>& counts, const std::vector<double>& expected)
{
    double sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i)
    {
        const double error = static_cast<double>(counts[i]) - expected[i];
        sum += error * error / expected[i];
    }
    return sum;
}

/**
 * The value that a chi-square variable of that many degrees of freedom exceeds once in a million
 * (Wilson and Hilferty's cube approximation; z = 4.7534). Seeds are fixed, so a test that passes
 * once passes for ever; the bound says how improbable a wrong failure was when it was written.
 */
inline double
ChiSquareBound(std::size_t degrees)
{
    const double k = static_cast<double>(degrees);
    const double root = 1 - 2 / (9 * k) + 4.7534 * std::sqrt(2 / (9 * k));
    return k * root * root * root;
}

} // namespace sonda::test

#endif
