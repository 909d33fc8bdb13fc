#include "model/selection/policy-row.h"
#include "model/selection/view.h"

#include <algorithm>

namespace sonda
{

namespace
{

/**
 * The candidates in turn, by index; one that appears or disappears does not disturb the turn of the
 * others. Cost of a pick: O(log n).
 */
class RoundRobinPolicy : public Policy
{
  public:
    explicit RoundRobinPolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    View m_view;
    std::optional<AgentIndex> m_last;
};

RoundRobinPolicy::RoundRobinPolicy(AgeRule rule)
    : m_view(rule)
{
}

std::optional<AgentIndex>
RoundRobinPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    auto next = candidates.begin();
    if (m_last)
    {
        next = std::upper_bound(candidates.begin(), candidates.end(), *m_last);
        next = next == candidates.end() ? candidates.begin() : next;
    }
    m_last = *next;
    return *next;
}

} // namespace

namespace policies
{

PolicyRow
RoundRobinRow()
{
    return {"round-robin",
            'A',
            "the candidates in turn",
            "none",
            Ageing::CUT_OFF,
            {},
            MakePlain<RoundRobinPolicy>};
}

} // namespace policies

} // namespace sonda
