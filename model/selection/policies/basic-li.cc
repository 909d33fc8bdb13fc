#include "model/selection/arrival-rate.h"
#include "model/selection/candidates.h"
#include "model/selection/parameters.h"
#include "model/selection/policy-row.h"
#include "model/selection/sorted-loads.h"
#include "model/selection/weights.h"

#include <algorithm>
#include <cmath>

namespace sonda
{

namespace
{

/** A change of the expected requests by less moves no probability by more than itself. */
constexpr double NEGLIGIBLE = 0.01;

/**
 * Basic LI. In an interval K = rate T requests come. They are spread so that at its end all loads
 * that they can reach are equal: of loads b_1 <= b_2 <= …, m is the greatest number with level
 * L = (K + b_1 + … + b_m) / m > b_m, and i <= m is picked with probability (L - b_i) / K. Cost of a
 * pick: O(log n) with a static formula but for O(n log n) once a report, else O(n log n).
 */
class BasicLiPolicy : public Policy
{
  public:
    /** \param proxies how many there are with the same traffic as this one, at least 1 */
    BasicLiPolicy(double proxies, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now) override;

  private:
    void Spread(double expected);

    double m_proxies;
    View m_view;
    ArrivalRate m_rate;
    SortedLoads m_loads;
    double m_expected{-1}; //!< for which m_lottery was made
    Lottery m_lottery;
};

BasicLiPolicy::BasicLiPolicy(double proxies, AgeRule rule)
    : m_proxies(proxies),
      m_view(rule)
{
}

std::optional<AgentIndex>
BasicLiPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const bool changed = m_loads.Look(m_view);
    if (m_loads.Get().empty())
    {
        return AnyOf(m_view.Candidates(), random);
    }
    const double expected = m_rate.Get() * m_proxies * ToSeconds(table.GetTiming().interval);
    if (changed || std::abs(expected - m_expected) > NEGLIGIBLE * m_expected)
    {
        m_expected = expected;
        Spread(expected);
    }
    return m_loads.Get()[m_lottery.Draw(random)].agent;
}

void
BasicLiPolicy::OnDispatch(const StatusTable& table, AgentIndex, Instant now)
{
    m_rate.Add(now, RateWindow(table));
}

void
BasicLiPolicy::Spread(double expected)
{
    // Less than one request in a thousand intervals is none: all go to the least loaded.
    const double requests = std::max(expected, 1e-3);
    const auto& loads = m_loads.Get();
    double sum = requests;
    double level = 0;
    std::size_t reached = 0;
    while (reached < loads.size())
    {
        const double next = sum + loads[reached].load;
        const double count = static_cast<double>(reached) + 1;
        if (reached > 0 && next / count <= loads[reached].load)
        {
            break;
        }
        sum = next;
        level = sum / count;
        ++reached;
    }
    m_lottery.Clear();
    for (std::size_t i = 0; i < reached; ++i)
    {
        m_lottery.Add(level - loads[i].load);
    }
}

} // namespace

namespace policies
{

PolicyRow
BasicLiRow()
{
    return {"basic-li",
            'C',
            "old queue lengths, filled up by the requests of an interval",
            "reported",
            Ageing::ALL,
            {Proxies()},
            MakeWith<BasicLiPolicy>};
}

} // namespace policies

} // namespace sonda
