#include "model/selection/turns.h"

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

AgentIndex
SmoothTurn::Next(const std::vector<AgentIndex>& candidates, const std::vector<double>& weights)
{
    double sum = 0;
    std::size_t best = 0;
    double most = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i)
    {
        const double credit = m_credit[candidates[i]] += weights[i];
        sum += weights[i];
        if (i == 0 || credit > most)
        {
            best = i;
            most = credit;
        }
    }
    m_credit[candidates[best]] -= sum;
    return candidates[best];
}

SmoothWeightedPolicy::SmoothWeightedPolicy(AgeRule rule)
    : m_view(rule)
{
}

std::optional<AgentIndex>
SmoothWeightedPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    m_view.Look(table, now);
    if (m_view.Candidates().empty())
    {
        return std::nullopt;
    }
    m_weights.Look(m_view);
    return m_turn.Next(m_view.Candidates(), m_weights.Get());
}

void
SmoothWeightedPolicy::OnRemoved(AgentIndex agent)
{
    m_turn.Forget(agent);
}

EarliestDeadlinePolicy::EarliestDeadlinePolicy(AgeRule rule)
    : m_view(rule)
{
}

bool
EarliestDeadlinePolicy::Later(const Entry& a, const Entry& b)
{
    return a.deadline > b.deadline;
}

std::optional<AgentIndex>
EarliestDeadlinePolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    if (m_epoch != m_view.Epoch())
    {
        m_epoch = m_view.Epoch();
        Queue(random);
    }
    while (!m_queue.empty())
    {
        std::pop_heap(m_queue.begin(), m_queue.end(), Later);
        Entry& first = m_queue.back();
        const AgentIndex agent = first.agent;
        if (m_places[agent].candidateIn == m_epoch)
        {
            m_clock = first.deadline;
            first.deadline += Period(agent);
            std::push_heap(m_queue.begin(), m_queue.end(), Later);
            return agent;
        }
        m_places[agent].queued = false;
        m_queue.pop_back();
    }
    return std::nullopt;
}

void
EarliestDeadlinePolicy::Queue(RandomStream& random)
{
    for (const auto agent : m_view.Candidates())
    {
        Place& place = m_places[agent];
        place.candidateIn = m_epoch;
        if (!place.queued)
        {
            place.queued = true;
            m_queue.push_back({m_clock + random.Uniform() * Period(agent), agent});
            std::push_heap(m_queue.begin(), m_queue.end(), Later);
        }
    }
}

double
EarliestDeadlinePolicy::Period(AgentIndex agent)
{
    const auto weight = WeightOf(m_view.Score(agent), m_view.GetSense());
    if (weight)
    {
        return 1 / *weight;
    }
    if (m_averageIn != m_epoch)
    {
        m_averageIn = m_epoch;
        m_average = AverageWeight(m_view);
    }
    return 1 / m_average;
}

void
EarliestDeadlinePolicy::OnRemoved(AgentIndex agent)
{
    m_places.Reset(agent);
    const auto gone = std::remove_if(m_queue.begin(),
                                     m_queue.end(),
                                     [agent](const Entry& entry) { return entry.agent == agent; });
    m_queue.erase(gone, m_queue.end());
    std::make_heap(m_queue.begin(), m_queue.end(), Later);
}

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

} // namespace sonda
