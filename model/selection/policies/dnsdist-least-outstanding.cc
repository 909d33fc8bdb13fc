#include "model/selection/policy-row.h"
#include "model/selection/view.h"
#include "model/table/per-agent.h"

#include <algorithm>
#include <tuple>

namespace sonda
{

namespace
{

/**
 * dnsdist's `leastOutstanding` (1.7): the fewest in flight; of equals (all having the same `order`)
 * the lowest latency, an average in which an answer weighs 1/128 and which begins at 0. So idle
 * servers do not take turns, the fastest gets nearly all, and weights are not looked at. Who is
 * equal in both is picked as std::nth_element leaves them: the first of three, of seven the sixth.
 * Cost of a pick: O(n).
 */
class LeastOutstandingPolicy : public Policy
{
  public:
    explicit LeastOutstandingPolicy(AgeRule rule)
        : m_view(rule)
    {
    }

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnCompletion(const StatusTable& table,
                      AgentIndex agent,
                      const Ending& ending,
                      Instant now) override;

    void
    OnRemoved(AgentIndex agent) override
    {
        m_latencies.Reset(agent);
    }

  private:
    struct Server
    {
        std::uint32_t inFlight;
        double latency; //!< seconds
        AgentIndex agent;
    };

    View m_view;
    PerAgent<double> m_latencies;
    std::vector<Server> m_servers; //!< within a pick; kept for its memory
};

std::optional<AgentIndex>
LeastOutstandingPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    m_view.Look(table, now);
    m_servers.clear();
    for (const AgentIndex agent : m_view.Candidates())
    {
        m_servers.push_back({table.Get(agent).inFlight, m_latencies[agent], agent});
    }
    if (m_servers.empty())
    {
        return std::nullopt;
    }
    std::nth_element(m_servers.begin(),
                     m_servers.begin(),
                     m_servers.end(),
                     [](const Server& a, const Server& b)
                     { return std::tie(a.inFlight, a.latency) < std::tie(b.inFlight, b.latency); });
    return m_servers.front().agent;
}

void
LeastOutstandingPolicy::OnCompletion(const StatusTable&,
                                     AgentIndex agent,
                                     const Ending& ending,
                                     Instant)
{
    if (ending.kind == Ending::Kind::COMPLETED && ending.good)
    {
        m_latencies[agent] += (ToSeconds(ending.latency) - m_latencies[agent]) / 128;
    }
}

} // namespace

namespace policies
{

PolicyRow
DnsdistLeastOutstandingRow()
{
    return {"dnsdist-least-outstanding",
            'H',
            "dnsdist, leastOutstanding: fewest in flight, of equals the lowest latency",
            "none",
            Ageing::CUT_OFF,
            {},
            MakePlain<LeastOutstandingPolicy>};
}

} // namespace policies

} // namespace sonda
