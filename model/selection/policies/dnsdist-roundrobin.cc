#include "model/selection/policy-row.h"
#include "model/selection/view.h"

#include <cstdint>

namespace sonda
{

namespace
{

/**
 * dnsdist's `roundrobin` (1.7): a number that grows with each pick, modulo the servers that are up.
 * It knows no weights, and when a server leaves or comes back the turn goes on at another place.
 * Cost of a pick: O(1).
 */
class CountedTurnPolicy : public Policy
{
  public:
    explicit CountedTurnPolicy(AgeRule rule)
        : m_view(rule)
    {
    }

    std::optional<AgentIndex>
    Pick(const StatusTable& table, Instant now, RandomStream&) override
    {
        m_view.Look(table, now);
        const auto& candidates = m_view.Candidates();
        if (candidates.empty())
        {
            return std::nullopt;
        }
        return candidates[m_count++ % candidates.size()];
    }

  private:
    View m_view;
    std::uint64_t m_count{0};
};

} // namespace

namespace policies
{

PolicyRow
DnsdistRoundrobinRow()
{
    return {"dnsdist-roundrobin",
            'H',
            "dnsdist, roundrobin: a counter modulo the servers that are up",
            "none",
            Ageing::CUT_OFF,
            {},
            MakePlain<CountedTurnPolicy>};
}

} // namespace policies

} // namespace sonda
