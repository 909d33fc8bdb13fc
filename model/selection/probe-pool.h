#ifndef SONDA_MODEL_SELECTION_PROBE_POOL_H
#define SONDA_MODEL_SELECTION_PROBE_POOL_H

#include "model/selection/hot-cold.h"
#include "model/selection/policy.h"
#include "model/selection/view.h"
#include "model/table/per-agent.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace sonda
{

/**
 * Prequal's asynchronous probing (Wydrowski et al., NSDI 2024, section 4): every dispatch sends
 * requests to a few candidates drawn at random without replacement; their answers make a pool of at
 * most 16, from which a rule picks. With fewer than 2 in the pool a random candidate is picked.
 *
 * An answer leaves the pool when a younger one of its agent comes, when it is the oldest and the
 * pool is full, after 1 s, when its agent is no candidate any more, or when it has been used
 * b = max(1, 2 / ((1 - 16/n) p - r)) times, rounded up or down at random, for n candidates, p
 * requests and r removals per dispatch. The removed are by turns the oldest and the worst by the
 * rule; r is 1, or 0.25 where p is below 2, as in the paper's settings. Whoever is picked has one
 * more request in flight in the pool.
 *
 * In a small fleet (n <= 24 for p = 3) the divisor is not positive and there is no b: then an
 * answer may be used any number of times. The pool regulates itself there: most of the p answers
 * replace one of the same agent, and r more leave with every dispatch.
 *
 * Answers to the monitor's rounds do not enter the pool, unless they come before the one that was
 * asked for. The latency is the score. Cost of a pick: O(1), as the pool is small.
 */
class ProbePoolPolicy : public Policy
{
  public:
    static constexpr std::size_t MOST_ANSWERS = 16;

    /** \param rule picks \param probes p, per dispatch, above 0, at most MOST_ANSWERS */
    ProbePoolPolicy(std::unique_ptr<ProbedRule> rule, double probes, AgeRule ageing);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnReport(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnRemoved(AgentIndex agent) override;
    void WantedProbes(const StatusTable& table,
                      Instant now,
                      RandomStream& random,
                      std::vector<AgentIndex>& to) override;

    /** \return the agents of the pool, oldest answer first. */
    std::vector<AgentIndex> Pool() const;

    /** \return b, or nothing where it does not exist. \param candidates n */
    static std::optional<double> UsesOf(double candidates, double probes);

  private:
    struct Answer
    {
        AgentIndex agent;
        Instant at;
        Probed figures;
        std::uint32_t uses{0};
        std::uint32_t mostUses{0}; //!< 0: not drawn yet
    };

    void DropUnfit(Instant now);
    void RemoveSome();
    void Remove(std::size_t place);
    std::optional<std::size_t> Find(AgentIndex agent) const;
    void Collect();

    std::unique_ptr<ProbedRule> m_rule;
    double m_probes;
    View m_view;
    std::vector<Answer> m_pool;     //!< oldest first
    std::vector<Probed> m_figures;  //!< of m_pool, for the rule
    PerAgent<std::uint8_t> m_asked; //!< 1: an answer to a request of this policy is to come
    double m_toRemove{0};           //!< removals that are due; the fraction stays
    bool m_worstNext{false};
};

} // namespace sonda

#endif
