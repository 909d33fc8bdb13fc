#include "model/selection/attendance.h"
#include "model/selection/operator-weights.h"
#include "model/selection/policy-row.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace sonda
{

namespace
{

/**
 * Envoy's least request, both of its modes. Where all weights are equal: of two candidates drawn
 * alike, with replacement, the one with fewer connections, of equals the first. Where they differ:
 * turns by earliest deadline, in which a picked server's deadline moves on by 1 / w with
 * w = weight / (connections + 1)^bias of that moment. When servers or weights change the turns
 * begin anew: each deadline is at the end of its first period, and a random number of turns, fewer
 * than there are servers, has passed. Written after Envoy's documentation and source; Debian has no
 * package to hold it to. Cost of a pick: O(1) or O(log n), and O(n log n) where weights change.
 */
class LeastRequestPolicy : public Policy
{
  public:
    /** \param bias how much connections count where weights differ, at least 0 */
    LeastRequestPolicy(double bias, AgeRule rule)
        : m_bias(bias),
          m_view(rule)
    {
    }

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

    void
    OnRemoved(AgentIndex agent) override
    {
        m_attendance.Forget(agent);
        m_kept.clear();
    }

  private:
    struct Turn
    {
        double deadline;
        std::uint64_t order; //!< of equals the one that came first
        AgentIndex agent;
    };

    static bool Later(const Turn& a, const Turn& b);
    void Begin(RandomStream& random);
    void Add(AgentIndex agent);
    AgentIndex Next();

    double m_bias;
    View m_view;
    Attendance m_attendance;
    OperatorWeights m_weights;
    std::vector<double> m_kept; //!< weights for which the turns were made
    std::vector<Turn> m_turns;  //!< a heap, earliest first
    double m_clock{0};
    std::uint64_t m_order{0};
};

std::optional<AgentIndex>
LeastRequestPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    m_weights.Look(m_view);
    bool changed = false;
    const auto change = [&](AgentIndex) { changed = true; };
    m_attendance.Look(m_view, change, change);
    if (m_weights.AreEqual())
    {
        m_kept.clear();
        const AgentIndex first = candidates[random.Below(candidates.size())];
        const AgentIndex second = candidates[random.Below(candidates.size())];
        return table.Get(second).inFlight < table.Get(first).inFlight ? second : first;
    }
    if (changed || m_kept != m_weights.Get())
    {
        m_kept = m_weights.Get();
        Begin(random);
    }
    return Next();
}

void
LeastRequestPolicy::Begin(RandomStream& random)
{
    m_turns.clear();
    m_clock = 0;
    for (const AgentIndex agent : m_view.Candidates())
    {
        Add(agent);
    }
    for (std::size_t passed = random.Below(m_turns.size()); passed > 0; --passed)
    {
        Next();
    }
}

bool
LeastRequestPolicy::Later(const Turn& a, const Turn& b)
{
    return a.deadline != b.deadline ? a.deadline > b.deadline : a.order > b.order;
}

void
LeastRequestPolicy::Add(AgentIndex agent)
{
    const AgentStatus& status = m_view.Table().Get(agent);
    const double period = std::pow(status.inFlight + 1.0, m_bias) / status.report.weight;
    m_turns.push_back({m_clock + period, ++m_order, agent});
    std::push_heap(m_turns.begin(), m_turns.end(), Later);
}

AgentIndex
LeastRequestPolicy::Next()
{
    std::pop_heap(m_turns.begin(), m_turns.end(), Later);
    const Turn turn = m_turns.back();
    m_turns.pop_back();
    m_clock = turn.deadline;
    Add(turn.agent);
    return turn.agent;
}

} // namespace

namespace policies
{

PolicyRow
EnvoyLeastRequestRow()
{
    return {
        "envoy-least-request",
        'E',
        "Envoy, least request: two choices, or with unequal weights turns by weight / connections",
        "none",
        Ageing::CUT_OFF,
        {{"bias", "the exponent of the connections where weights differ", 0, 10, 1, false, 1}},
        MakeWith<LeastRequestPolicy>};
}

} // namespace policies

} // namespace sonda
