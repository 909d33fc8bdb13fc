#include "model/selection/operator-weights.h"
#include "model/selection/policy-row.h"
#include "model/selection/smooth-turn.h"

namespace sonda
{

namespace
{

/** So many draws nginx makes before it takes the next one in turn. */
constexpr int MOST_DRAWS = 20;

/**
 * nginx's `random two least_conn` (1.22): draws by weight until two differ, and picks the one with
 * fewer connections for its weight; of equals the second, so that of two idle servers the *lighter*
 * one is picked more often. When 20 draws brought no second one, the next in turn by weight. Cost
 * of a pick: O(log n), and O(n) once a report.
 */
class RandomTwoPolicy : public Policy
{
  public:
    explicit RandomTwoPolicy(AgeRule rule)
        : m_view(rule)
    {
    }

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

    void
    OnRemoved(AgentIndex agent) override
    {
        m_turn.Forget(agent);
    }

  private:
    View m_view;
    OperatorWeights m_weights;
    SmoothTurn m_turn;
};

std::optional<AgentIndex>
RandomTwoPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    if (candidates.size() < 2)
    {
        return candidates.empty() ? std::nullopt : std::make_optional(candidates.front());
    }
    m_weights.Look(m_view);
    const std::size_t first = m_weights.GetLottery().Draw(random);
    for (int draws = 1; draws < MOST_DRAWS; ++draws)
    {
        const std::size_t second = m_weights.GetLottery().Draw(random);
        if (second == first)
        {
            continue;
        }
        const double ours = table.Get(candidates[first]).inFlight * m_weights.Get()[second];
        const double theirs = table.Get(candidates[second]).inFlight * m_weights.Get()[first];
        return candidates[theirs > ours ? first : second];
    }
    return m_turn.Next(candidates, m_weights.Get());
}

} // namespace

namespace policies
{

PolicyRow
NginxRandomTwoRow()
{
    return {"nginx-random-two",
            'H',
            "nginx, random two least_conn: fewer connections for the weight of two drawn by weight",
            "none",
            Ageing::CUT_OFF,
            {},
            MakePlain<RandomTwoPolicy>};
}

} // namespace policies

} // namespace sonda
