#include "model/selection/arrival-rate.h"
#include "model/selection/candidates.h"
#include "model/selection/parameters.h"
#include "model/selection/policy-row.h"
#include "model/selection/sorted-loads.h"
#include "model/selection/weights.h"

#include <algorithm>

namespace sonda
{

namespace
{

/**
 * LI with the age of each report: since the report of i, K_i = rate age_i requests have come, of
 * which i had the share p_i. The shares make all loads that are reached equal, b_i + p_i K_i = L,
 * so p_i = (L - b_i) / K_i where that is positive, with L so that they sum to 1. With equal ages it
 * is Basic LI with K = rate age. Cost of a pick: O(n) with a static formula, else O(n log n).
 */
class AgedLiPolicy : public Policy
{
  public:
    /** \param proxies as for BasicLiPolicy */
    AgedLiPolicy(double proxies, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now) override;

  private:
    double m_proxies;
    View m_view;
    ArrivalRate m_rate;
    SortedLoads m_loads;
    std::vector<double> m_slopes; //!< 1 / K_i, in the order of the loads
    Lottery m_lottery;
};

AgedLiPolicy::AgedLiPolicy(double proxies, AgeRule rule)
    : m_proxies(proxies),
      m_view(rule)
{
}

std::optional<AgentIndex>
AgedLiPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    m_loads.Look(m_view);
    const auto& loads = m_loads.Get();
    if (loads.empty())
    {
        return AnyOf(m_view.Candidates(), random);
    }
    // sum of (L - b_i) / K_i = 1 over those reached, so L = (1 + sum of b_i / K_i) / sum of 1 /
    // K_i.
    double weighted = 1;
    double slopes = 0;
    double level = 0;
    m_slopes.clear();
    for (const auto& [load, agent] : loads)
    {
        if (!m_slopes.empty() && level <= load)
        {
            break;
        }
        const double age = ToSeconds(now - table.Get(agent).reportedAt);
        m_slopes.push_back(1 / std::max(m_rate.Get() * m_proxies * age, 1e-3));
        weighted += load * m_slopes.back();
        slopes += m_slopes.back();
        level = weighted / slopes;
    }
    m_lottery.Clear();
    for (std::size_t i = 0; i < m_slopes.size(); ++i)
    {
        // Rounding may put the last one a hair above the level.
        m_lottery.Add(std::max(0.0, (level - loads[i].load) * m_slopes[i]));
    }
    return loads[m_lottery.Draw(random)].agent;
}

void
AgedLiPolicy::OnDispatch(const StatusTable& table, AgentIndex, Instant now)
{
    m_rate.Add(now, RateWindow(table));
}

} // namespace

namespace policies
{

PolicyRow
AgedLiRow()
{
    return {"aged-li",
            'D',
            "old queue lengths, filled up by the requests since each report",
            "reported",
            Ageing::ALL,
            {Proxies()},
            MakeWith<AgedLiPolicy>};
}

} // namespace policies

} // namespace sonda
