#ifndef SONDA_MODEL_METRICS_FAIRNESS_H
#define SONDA_MODEL_METRICS_FAIRNESS_H

#include <cstdint>
#include <vector>

namespace sonda
{

/**
 * Jain's fairness index of picks per capacity: (sum x)^2 / (n sum x^2) with x = picks / capacity
 * (Jain, Chiu, Hawe, DEC-TR-301, 1984). 1: every agent gets its share; 1/n: one of n equal agents
 * gets everything.
 *
 * \param picks by agent
 * \param capacities by agent, positive, any unit
 * \return the index; NaN when there are no picks
 */
double JainIndex(const std::vector<std::uint64_t>& picks, const std::vector<double>& capacities);

/**
 * What the index would be if every pick fell at random with exactly the ideal shares. With N picks,
 * n agents and p their shares of the capacity, the picks are multinomial; the expected variance of
 * x among the agents over its squared mean is (n - 1) / (n N) * mean(1 / p), and
 * E[J] ~ 1 / (1 + that), to first order in 1 / N. For equal agents it is N / (N + n - 1).
 *
 * \return NaN when \p total is 0
 */
double JainChance(std::uint64_t total, const std::vector<double>& capacities);

} // namespace sonda

#endif
