#include "model/selection/haproxy.h"
#include "model/selection/policy-row.h"
#include "model/table/per-agent.h"

namespace sonda
{

namespace
{

/** HAProxy's frequency counter: how many in the last second, taken from two fixed ones. */
class SecondCounter
{
  public:
    void
    Add(Instant now)
    {
        Turn(now);
        ++m_count;
    }

    double
    Get(Instant now)
    {
        Turn(now);
        return m_count + m_before * (1 - ToSeconds(now - m_begin));
    }

  private:
    void
    Turn(Instant now)
    {
        const Duration second = std::chrono::seconds(1);
        if (now - m_begin < second)
        {
            return;
        }
        m_before = now - m_begin < 2 * second ? m_count : 0;
        m_count = 0;
        m_begin += (now - m_begin) / second * second;
    }

    Instant m_begin{};
    double m_count{0};
    double m_before{0};
};

/**
 * As `haproxy-random`, with the tie rule of HAProxy's later versions (3.4): of two with as many
 * connections for their weight the one that got fewer connections for its weight in the last
 * second, else the one drawn last. Written after its documentation: Debian 12 and 13 have no such
 * version to hold it to. Cost of a pick: O(draws), and O(n) once a report.
 */
class RandomByRatePolicy : public Policy
{
  public:
    /** \param draws at least 1 */
    RandomByRatePolicy(unsigned draws, AgeRule rule)
        : m_draws(draws),
          m_view(rule),
          m_ring(3)
    {
    }

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

    void
    OnDispatch(const StatusTable&, AgentIndex agent, Instant now) override
    {
        m_rates[agent].Add(now);
    }

    void
    OnRemoved(AgentIndex agent) override
    {
        m_rates.Reset(agent);
    }

  private:
    bool Beats(AgentIndex agent, AgentIndex other, const StatusTable& table, Instant now);

    unsigned m_draws;
    View m_view;
    haproxy::Ring m_ring;
    PerAgent<SecondCounter> m_rates;
};

std::optional<AgentIndex>
RandomByRatePolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
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
        best = Beats(best, other, table, now) ? best : other;
    }
    return best;
}

bool
RandomByRatePolicy::Beats(AgentIndex agent, AgentIndex other, const StatusTable& table, Instant now)
{
    const double weight = table.Get(agent).report.weight;
    const double otherWeight = table.Get(other).report.weight;
    const double load = table.Get(agent).inFlight * otherWeight;
    const double otherLoad = table.Get(other).inFlight * weight;
    if (load != otherLoad)
    {
        return load < otherLoad;
    }
    return m_rates[agent].Get(now) * otherWeight < m_rates[other].Get(now) * weight;
}

} // namespace

namespace policies
{

PolicyRow
HaproxyRandomByRateRow()
{
    return {
        "haproxy-random-by-rate",
        'H',
        "HAProxy 3.4, balance random: the same, of equals the one with fewer connections lately",
        "none",
        Ageing::CUT_OFF,
        {{"draws", "the number of servers to draw", 1, 64, 2, true, 2}},
        MakeWith<RandomByRatePolicy, unsigned>};
}

} // namespace policies

} // namespace sonda
