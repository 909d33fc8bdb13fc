#include "model/selection/policy-row.h"
#include "model/selection/view.h"

#include <algorithm>
#include <cstdint>

namespace sonda
{

namespace
{

/**
 * Caddy's `round_robin` (2.6), and pen's: a number that grows with each try, modulo all servers, up
 * or not, until one is up. It is raised before it is used, so that the second server is the first
 * to be picked. A server that is away leaves its turns to its successor. Cost of a pick: O(1), more
 * where many are away; O(n) once a report.
 */
class TriedTurnPolicy : public Policy
{
  public:
    explicit TriedTurnPolicy(AgeRule rule)
        : m_view(rule)
    {
    }

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    View m_view;
    std::uint64_t m_epoch{0};
    std::vector<AgentIndex> m_pool; //!< all agents, by index
    std::uint64_t m_count{0};
};

std::optional<AgentIndex>
TriedTurnPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    m_view.Look(table, now);
    if (m_view.Candidates().empty())
    {
        return std::nullopt;
    }
    if (m_epoch != m_view.Epoch())
    {
        m_epoch = m_view.Epoch();
        m_pool.clear();
        for (AgentIndex agent = 0; m_pool.size() < table.Size(); ++agent)
        {
            if (table.Has(agent))
            {
                m_pool.push_back(agent);
            }
        }
    }
    while (true)
    {
        const AgentIndex agent = m_pool[++m_count % m_pool.size()];
        if (m_view.Has(agent))
        {
            return agent;
        }
    }
}

} // namespace

namespace policies
{

PolicyRow
CaddyRoundRobinRow()
{
    return {"caddy-round-robin",
            'H',
            "Caddy, round_robin: a counter modulo all servers, the second one first",
            "none",
            Ageing::CUT_OFF,
            {},
            MakePlain<TriedTurnPolicy>};
}

} // namespace policies

} // namespace sonda
