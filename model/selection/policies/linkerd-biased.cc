#include "model/selection/distinct-draws.h"
#include "model/selection/policy-row.h"
#include "model/selection/view.h"
#include "model/table/per-agent.h"

#include <algorithm>
#include <cmath>

namespace sonda
{

namespace
{

/** Linkerd's defaults: RTT before the first answer, penalty of a failure, both in seconds. */
constexpr double DEFAULT_RTT = 0.03;
constexpr double PENALTY = 5;

/** Both fade by 1 / e in so long. */
constexpr double DECAY_S = 10;

/** Linkerd's EWMA: a peak counts at once; read, it fades towards 0. */
class Fading
{
  public:
    void
    Begin(double value, Instant now)
    {
        m_value = value;
        m_at = now;
    }

    double
    Get(Instant now) const
    {
        return m_value * Kept(now);
    }

    void
    AddPeak(double sample, Instant now)
    {
        const double faded = Get(now);
        m_value = faded < sample ? sample : faded + sample * (1 - Kept(now));
        m_at = now;
    }

  private:
    double
    Kept(Instant now) const
    {
        return std::exp(-std::max(0.0, ToSeconds(now - m_at)) / DECAY_S);
    }

    double m_value{0};
    Instant m_at{};
};

/**
 * Linkerd's load-biased P2C (linkerd2-proxy, load-biaser, 2026): of two distinct servers drawn
 * alike the one with the lower load, max(RTT * (in flight + 1), penalty); of equals the first. RTT
 * is a peak average that begins at 30 ms; a failure raises the penalty to 5 s, and both fade by
 * 1 / e in 10 s. A failure is here a connection that stood and did not end well; what never stood
 * counts as nothing, as there. Written after its source; Debian has no package to hold it to. Cost
 * of a pick: O(1).
 */
class BiasedPolicy : public Policy
{
  public:
    explicit BiasedPolicy(AgeRule rule)
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
        m_loads.Reset(agent);
    }

  private:
    struct Load
    {
        bool begun{false};
        Fading rtt;
        Fading penalty;
    };

    Load& Of(const StatusTable& table, AgentIndex agent);
    double LoadOf(const StatusTable& table, AgentIndex agent, Instant now);

    View m_view;
    PerAgent<Load> m_loads;
};

std::optional<AgentIndex>
BiasedPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    if (candidates.size() < 2)
    {
        return candidates.empty() ? std::nullopt : std::make_optional(candidates.front());
    }
    DistinctDraws draws(candidates.size());
    const AgentIndex first = candidates[draws.Next(random)];
    const AgentIndex second = candidates[draws.Next(random)];
    return LoadOf(table, first, now) <= LoadOf(table, second, now) ? first : second;
}

BiasedPolicy::Load&
BiasedPolicy::Of(const StatusTable& table, AgentIndex agent)
{
    Load& load = m_loads[agent];
    if (!load.begun)
    {
        load.begun = true;
        load.rtt.Begin(DEFAULT_RTT, table.Get(agent).firstSeen);
        load.penalty.Begin(0, table.Get(agent).firstSeen);
    }
    return load;
}

double
BiasedPolicy::LoadOf(const StatusTable& table, AgentIndex agent, Instant now)
{
    const Load& load = Of(table, agent);
    return std::max(load.rtt.Get(now) * (table.Get(agent).inFlight + 1.0), load.penalty.Get(now));
}

void
BiasedPolicy::OnCompletion(const StatusTable& table,
                           AgentIndex agent,
                           const Ending& ending,
                           Instant now)
{
    if (ending.kind != Ending::Kind::COMPLETED)
    {
        return;
    }
    Load& load = Of(table, agent);
    load.rtt.AddPeak(ToSeconds(ending.latency), now);
    if (!ending.good)
    {
        load.penalty.AddPeak(PENALTY, now);
    }
}

} // namespace

namespace policies
{

PolicyRow
LinkerdBiasedRow()
{
    return {"linkerd-biased",
            'H',
            "Linkerd, P2C by RTT times connections, at least a penalty for late failures",
            "none",
            Ageing::CUT_OFF,
            {},
            MakePlain<BiasedPolicy>};
}

} // namespace policies

} // namespace sonda
