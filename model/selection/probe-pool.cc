#include "model/selection/probe-pool.h"

#include "model/selection/candidates.h"
#include "model/selection/distinct-draws.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace sonda
{

namespace
{

constexpr Duration MOST_AGE = std::chrono::seconds(1);
constexpr double SURPLUS = 1; //!< delta: how much more may come into the pool than leaves it

/** \return r of the class's comment. */
double
RemovedPerDispatch(double probes)
{
    return probes < 2 ? 0.25 : 1;
}

/** \return a whole number whose mean is \p value. */
std::uint32_t
RoundAtRandom(double value, RandomStream& random)
{
    const double whole = std::floor(value);
    return static_cast<std::uint32_t>(whole) + (random.Uniform() < value - whole ? 1 : 0);
}

} // namespace

ProbePoolPolicy::ProbePoolPolicy(std::unique_ptr<ProbedRule> rule, double probes, AgeRule ageing)
    : m_rule(std::move(rule)),
      m_probes(probes),
      m_view(ageing)
{
}

std::optional<double>
ProbePoolPolicy::UsesOf(double candidates, double probes)
{
    const double room = 1 - static_cast<double>(MOST_ANSWERS) / candidates;
    const double net = room * probes - RemovedPerDispatch(probes);
    if (net <= 0)
    {
        return std::nullopt;
    }
    return std::max(1.0, (1 + SURPLUS) / net);
}

std::optional<AgentIndex>
ProbePoolPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    DropUnfit(now);
    if (m_pool.size() < 2)
    {
        return AnyOf(candidates, random);
    }
    Collect();
    Answer& best = m_pool[m_rule->Best(m_figures, random)];
    if (best.mostUses == 0)
    {
        // More uses than a pool sees in its second of life are as good as no limit.
        const auto uses = UsesOf(static_cast<double>(candidates.size()), m_probes);
        best.mostUses = uses && *uses < 1e9 ? RoundAtRandom(*uses, random)
                                            : std::numeric_limits<std::uint32_t>::max();
    }
    return best.agent;
}

void
ProbePoolPolicy::DropUnfit(Instant now)
{
    const auto unfit = [&](const Answer& answer)
    { return now - answer.at > MOST_AGE || !m_view.Has(answer.agent); };
    m_pool.erase(std::remove_if(m_pool.begin(), m_pool.end(), unfit), m_pool.end());
}

void
ProbePoolPolicy::Collect()
{
    m_figures.clear();
    for (const auto& answer : m_pool)
    {
        m_figures.push_back(answer.figures);
    }
}

std::optional<std::size_t>
ProbePoolPolicy::Find(AgentIndex agent) const
{
    const auto found = std::find_if(m_pool.begin(),
                                    m_pool.end(),
                                    [agent](const auto& answer) { return answer.agent == agent; });
    if (found == m_pool.end())
    {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - m_pool.begin());
}

void
ProbePoolPolicy::Remove(std::size_t place)
{
    m_pool.erase(m_pool.begin() + static_cast<std::ptrdiff_t>(place));
}

void
ProbePoolPolicy::OnDispatch(const StatusTable&, AgentIndex agent, Instant)
{
    if (const auto place = Find(agent))
    {
        Answer& answer = m_pool[*place];
        ++answer.figures.inFlight;
        if (++answer.uses == answer.mostUses)
        {
            Remove(*place);
        }
    }
    RemoveSome();
}

void
ProbePoolPolicy::RemoveSome()
{
    m_toRemove += RemovedPerDispatch(m_probes);
    for (; m_toRemove >= 1; --m_toRemove)
    {
        if (m_pool.empty())
        {
            continue;
        }
        Collect();
        Remove(m_worstNext ? m_rule->Worst(m_figures) : 0);
        m_worstNext = !m_worstNext;
    }
}

void
ProbePoolPolicy::OnReport(const StatusTable& table, AgentIndex agent, Instant now)
{
    if (!m_asked[agent])
    {
        return;
    }
    m_asked[agent] = 0;
    if (const auto place = Find(agent))
    {
        Remove(*place);
    }
    else if (m_pool.size() == MOST_ANSWERS)
    {
        Remove(0);
    }
    const double latency = table.Score(agent, now);
    m_pool.push_back(Answer{agent, now, ProbedOf(table.Get(agent), latency, table.GetFormula())});
}

void
ProbePoolPolicy::OnRemoved(AgentIndex agent)
{
    m_asked.Reset(agent);
    if (const auto place = Find(agent))
    {
        Remove(*place);
    }
}

std::vector<AgentIndex>
ProbePoolPolicy::Pool() const
{
    std::vector<AgentIndex> agents;
    for (const auto& answer : m_pool)
    {
        agents.push_back(answer.agent);
    }
    return agents;
}

void
ProbePoolPolicy::WantedProbes(const StatusTable& table,
                              Instant now,
                              RandomStream& random,
                              std::vector<AgentIndex>& to)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    const std::size_t wanted =
        std::min<std::size_t>(RoundAtRandom(m_probes, random), candidates.size());
    DistinctDraws draws(candidates.size());
    for (std::size_t i = 0; i < wanted; ++i)
    {
        const AgentIndex agent = candidates[draws.Next(random)];
        m_asked[agent] = 1;
        to.push_back(agent);
    }
}

} // namespace sonda
