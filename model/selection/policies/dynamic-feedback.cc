#include "model/selection/policies/dynamic-feedback.h"

#include "model/selection/policy-row.h"

#include <algorithm>
#include <cmath>

namespace sonda
{

namespace
{

/** LVS: a load at which a weight stays. */
constexpr double SET_POINT = 0.95;

/** LVS's DEFAULT_WEIGHT for an agent of weight 1, and how many times it a weight can become. */
constexpr double START = 10;
constexpr double SCALE = 10;

} // namespace

DynamicFeedbackPolicy::DynamicFeedbackPolicy(double step, AgeRule rule)
    : m_step(step),
      m_view(rule)
{
}

std::optional<AgentIndex>
DynamicFeedbackPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    m_weights.clear();
    for (const auto agent : candidates)
    {
        m_weights.push_back(WeightNow(table, agent));
    }
    return m_turn.Next(candidates, m_weights);
}

double
DynamicFeedbackPolicy::WeightNow(const StatusTable& table, AgentIndex agent)
{
    return START * table.Get(agent).report.weight * (1 + m_gained[agent]);
}

void
DynamicFeedbackPolicy::OnReport(const StatusTable& table, AgentIndex agent, Instant now)
{
    const double load = table.Score(agent, now);
    if (!std::isfinite(load))
    {
        return;
    }
    const double step = m_step * std::cbrt(SET_POINT - load) / START;
    m_gained[agent] = std::clamp(m_gained[agent] + step, 0.0, SCALE - 1);
}

void
DynamicFeedbackPolicy::OnRemoved(AgentIndex agent)
{
    m_gained.Reset(agent);
    m_turn.Forget(agent);
}

namespace policies
{

PolicyRow
DynamicFeedbackRow()
{
    return {"dynamic-feedback",
            'B',
            "turns by weights that follow the reported load in steps of A",
            "utilisation",
            Ageing::CUT_OFF,
            {{"A", "the step of a weight", 1e-6, 1e6, 5}},
            MakeWith<DynamicFeedbackPolicy>};
}

} // namespace policies

} // namespace sonda
