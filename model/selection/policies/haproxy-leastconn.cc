#include "model/selection/attendance.h"
#include "model/selection/haproxy.h"
#include "model/selection/policy-row.h"
#include "model/table/per-agent.h"

namespace sonda
{

namespace
{

/**
 * HAProxy's `balance leastconn` (2.6 and 3.0; src/lb_fwlc.c): the least key, which is 0 for an idle
 * server and else (connections + 1) * 256 / weight, rounded down. So a weight counts once a server
 * has a connection, and idle servers take turns whatever their weights. Of equals the one that has
 * waited longest: a server goes to the end of its equals whenever its key changes, or it comes
 * back. (Later versions draw among several lists of equals.) Cost of a pick: O(n).
 */
class LeastconnPolicy : public Policy
{
  public:
    explicit LeastconnPolicy(AgeRule rule)
        : m_view(rule)
    {
    }

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnCompletion(const StatusTable& table,
                      AgentIndex agent,
                      const Ending& ending,
                      Instant now) override;
    void OnRemoved(AgentIndex agent) override;

  private:
    struct Place
    {
        std::int64_t key{0};
        std::uint64_t since{0}; //!< in steps of m_clock
    };

    static std::int64_t KeyOf(const AgentStatus& status);
    void Reposition(const StatusTable& table, AgentIndex agent);

    View m_view;
    Attendance m_attendance;
    PerAgent<Place> m_places;
    std::uint64_t m_clock{0};
};

std::int64_t
LeastconnPolicy::KeyOf(const AgentStatus& status)
{
    const std::int64_t inFlight = status.inFlight;
    return inFlight == 0 ? 0
                         : (inFlight + 1) * haproxy::MOST_EFFECTIVE /
                               haproxy::EffectiveWeight(status.report.weight);
}

std::optional<AgentIndex>
LeastconnPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    m_view.Look(table, now);
    const auto came = [&](AgentIndex agent) {
        m_places[agent] = {KeyOf(table.Get(agent)), ++m_clock};
    };
    if (m_attendance.Look(
            m_view,
            [](AgentIndex) {},
            came))
    {
        for (const AgentIndex agent : m_view.Candidates())
        {
            Reposition(table, agent); // its weight may be another one
        }
    }
    std::optional<AgentIndex> best;
    for (const AgentIndex agent : m_view.Candidates())
    {
        const Place& place = m_places[agent];
        if (!best || place.key < m_places[*best].key ||
            (place.key == m_places[*best].key && place.since < m_places[*best].since))
        {
            best = agent;
        }
    }
    return best;
}

void
LeastconnPolicy::Reposition(const StatusTable& table, AgentIndex agent)
{
    const std::int64_t key = KeyOf(table.Get(agent));
    if (m_places[agent].key != key)
    {
        m_places[agent] = {key, ++m_clock};
    }
}

void
LeastconnPolicy::OnDispatch(const StatusTable& table, AgentIndex agent, Instant)
{
    Reposition(table, agent);
}

void
LeastconnPolicy::OnCompletion(const StatusTable& table, AgentIndex agent, const Ending&, Instant)
{
    Reposition(table, agent);
}

void
LeastconnPolicy::OnRemoved(AgentIndex agent)
{
    m_attendance.Forget(agent);
    m_places.Reset(agent);
}

} // namespace

namespace policies
{

PolicyRow
HaproxyLeastconnRow()
{
    return {"haproxy-leastconn",
            'H',
            "HAProxy, balance leastconn: idle servers in turn, else connections for the weight",
            "none",
            Ageing::CUT_OFF,
            {},
            MakePlain<LeastconnPolicy>};
}

} // namespace policies

} // namespace sonda
