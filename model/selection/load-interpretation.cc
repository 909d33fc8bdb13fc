#include "model/selection/load-interpretation.h"

#include "model/selection/candidates.h"

#include <algorithm>
#include <cmath>

namespace sonda
{

namespace
{

/** Long enough to make the measured rate steady, short enough to follow the day. */
constexpr int RATE_INTERVALS = 10;

/** A change of the expected requests by less moves no probability by more than itself. */
constexpr double NEGLIGIBLE = 0.01;

Duration
RateWindow(const StatusTable& table)
{
    return table.GetTiming().interval * RATE_INTERVALS;
}

} // namespace

bool
SortedLoads::Look(const View& view)
{
    if (view.IsSteady() && m_epoch == view.Epoch())
    {
        return false;
    }
    m_epoch = view.Epoch();
    m_loads.clear();
    for (const auto agent : view.Candidates())
    {
        const double load = view.Rank(agent);
        if (std::isfinite(load))
        {
            m_loads.push_back({load, agent});
        }
    }
    std::sort(m_loads.begin(),
              m_loads.end(),
              [](const Load& a, const Load& b) { return a.load < b.load; });
    return true;
}

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

} // namespace sonda
