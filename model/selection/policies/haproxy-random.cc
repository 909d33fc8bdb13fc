#include "model/selection/haproxy.h"
#include "model/selection/policy-row.h"

namespace sonda
{

namespace
{

/**
 * HAProxy's `balance random(draws)` (get_server_rnd of src/backend.c): so many servers are
 * drawn from its ring (haproxy::Ring), by weight and with replacement, and the one with the fewest
 * connections for its weight is picked; of equals the one drawn last. Cost of a pick: O(draws), and
 * O(n) once a report.
 */
class RandomDrawsPolicy : public Policy
{
  public:
    /** \param draws at least 1 \param version of HAProxy, see haproxy::Ring */
    RandomDrawsPolicy(unsigned draws, int version, AgeRule rule)
        : m_draws(draws),
          m_view(rule),
          m_ring(version)
    {
    }

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    unsigned m_draws;
    View m_view;
    haproxy::Ring m_ring;
};

std::optional<AgentIndex>
RandomDrawsPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    if (m_view.Candidates().empty())
    {
        return std::nullopt;
    }
    m_ring.Look(m_view);
    AgentIndex best = m_ring.Draw(random);
    for (unsigned i = 1; i < m_draws; ++i)
    {
        const AgentIndex other = m_ring.Draw(random);
        const AgentStatus& ours = table.Get(best);
        const AgentStatus& theirs = table.Get(other);
        best = theirs.inFlight * ours.report.weight > ours.inFlight * theirs.report.weight ? best
                                                                                           : other;
    }
    return best;
}

std::unique_ptr<Policy>
Make(const PolicyParts& parts)
{
    return std::make_unique<RandomDrawsPolicy>(static_cast<unsigned>(parts.numbers[0]),
                                               static_cast<int>(parts.numbers[1]),
                                               parts.rule);
}

} // namespace

namespace policies
{

PolicyRow
HaproxyRandomRow()
{
    return {"haproxy-random",
            'H',
            "HAProxy, balance random: fewest connections for the weight of 2 (or so many) "
            "drawn by weight",
            "none",
            Ageing::CUT_OFF,
            {{"draws", "the number of servers to draw", 1, 64, 2, true, 2},
             {"version", "the version of HAProxy whose ring it is", 2, 3, 3, true, 2}},
            Make};
}

} // namespace policies

} // namespace sonda
