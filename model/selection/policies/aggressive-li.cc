#include "model/selection/candidates.h"
#include "model/selection/policy-row.h"
#include "model/selection/sorted-loads.h"
#include "model/table/per-agent.h"

#include <algorithm>

namespace sonda
{

namespace
{

/**
 * Aggressive LI: fills the valley step by step, then is uniform. The j-th request since the reports
 * goes to one of the m least loaded with equal probability, where m is the greatest number with
 * sum over i < m of i (b_{i+1} - b_i) <= j. Where reports come one by one, j is the mean number of
 * requests since the candidates' reports. Cost of a pick: O(log n) with a static formula but for
 * O(n log n) once a report, else O(n log n).
 */
class AggressiveLiPolicy : public Policy
{
  public:
    /** \param proxies as for BasicLiPolicy */
    AggressiveLiPolicy(double proxies, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnReport(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnRemoved(AgentIndex agent) override;

  private:
    void FindSteps();

    double m_proxies;
    View m_view;
    SortedLoads m_loads;
    std::uint64_t m_dispatched{0};
    PerAgent<std::uint64_t> m_dispatchedAtReport;
    double m_meanAtReport{0};     //!< of the candidates' m_dispatchedAtReport
    std::vector<double> m_filled; //!< requests that raise the first m loads to the m-th
};

AggressiveLiPolicy::AggressiveLiPolicy(double proxies, AgeRule rule)
    : m_proxies(proxies),
      m_view(rule)
{
}

std::optional<AgentIndex>
AggressiveLiPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    if (m_loads.Look(m_view))
    {
        FindSteps();
    }
    const auto& loads = m_loads.Get();
    if (loads.empty())
    {
        return AnyOf(m_view.Candidates(), random);
    }
    const double since = (static_cast<double>(m_dispatched) - m_meanAtReport) * m_proxies;
    const auto next = std::upper_bound(m_filled.begin(), m_filled.end(), since);
    const auto reached = std::max<std::ptrdiff_t>(1, next - m_filled.begin());
    return loads[random.Below(static_cast<std::size_t>(reached))].agent;
}

void
AggressiveLiPolicy::OnDispatch(const StatusTable&, AgentIndex, Instant)
{
    ++m_dispatched;
}

void
AggressiveLiPolicy::FindSteps()
{
    const auto& loads = m_loads.Get();
    m_filled.clear();
    double filled = 0;
    double atReport = 0;
    for (std::size_t i = 0; i < loads.size(); ++i)
    {
        filled += i == 0 ? 0 : static_cast<double>(i) * (loads[i].load - loads[i - 1].load);
        m_filled.push_back(filled);
        atReport += static_cast<double>(m_dispatchedAtReport[loads[i].agent]);
    }
    m_meanAtReport = loads.empty() ? 0 : atReport / static_cast<double>(loads.size());
}

void
AggressiveLiPolicy::OnReport(const StatusTable&, AgentIndex agent, Instant)
{
    m_dispatchedAtReport[agent] = m_dispatched;
}

void
AggressiveLiPolicy::OnRemoved(AgentIndex agent)
{
    m_dispatchedAtReport.Reset(agent);
}

} // namespace

namespace policies
{

PolicyRow
AggressiveLiRow()
{
    return {"aggressive-li",
            'C',
            "the least of the old queue lengths first, more as requests come",
            "reported",
            Ageing::ALL,
            {Proxies()},
            MakeWith<AggressiveLiPolicy>};
}

} // namespace policies

} // namespace sonda
