#include "realnet/admin/state-words.h"

#include <fmt/format.h>

namespace sonda
{

const char*
StateWord(const AgentRow& row)
{
    if (row.freshness >= Freshness::DEAD)
    {
        const bool hasLeft = row.drained || row.barred || row.reported != ServerState::READY;
        return hasLeft ? "left" : "dead";
    }
    if (row.drained)
    {
        return "drained";
    }
    if (row.reported != ServerState::READY)
    {
        return row.reported == ServerState::DRAIN ? "drain" : "down";
    }
    if (row.barred)
    {
        return "own-address";
    }
    if (row.restingReports > 0)
    {
        return "resting";
    }
    if (row.full)
    {
        return "full";
    }
    return row.freshness == Freshness::STALE ? "stale" : "ready";
}

Readiness
ReadinessOf(const AdminSnapshot& snapshot)
{
    std::size_t candidates = 0;
    for (const AgentRow& row : snapshot.agents)
    {
        candidates += row.candidate ? 1 : 0;
    }
    if (snapshot.draining)
    {
        return {false, "draining: no more clients are taken"};
    }
    if (snapshot.table.full && candidates == 0)
    {
        return {
            false,
            fmt::format("full: all agents that could serve have as many connections as they may "
                        "(--per-agent-max), of {} known; clients wait",
                        snapshot.agents.size())};
    }
    if (candidates == 0)
    {
        return {false, fmt::format("no agent can be picked, of {} known", snapshot.agents.size())};
    }
    std::string text = fmt::format("ready; agents that can be picked: {}", candidates);
    text += snapshot.table.panic ? "; panic: most agents are silent, they are picked, too" : "";
    text += snapshot.table.floor ? "; all of them rest, as nobody else is left" : "";
    return {true, text};
}

std::string
WhyPicked(const DecisionRow& row, bool lowestIsBest)
{
    const Decision& decision = row.decision;
    const char* best = lowestIsBest ? "lowest" : "highest";
    if (decision.looked == 0)
    {
        return "the policy looked at no score";
    }
    if (decision.indexed)
    {
        return decision.looked == 1
                   ? fmt::format("{} score of all {} candidates", best, decision.candidates)
                   : fmt::format("one of {} with the {} score of all {} candidates",
                                 decision.looked,
                                 best,
                                 decision.candidates);
    }
    if (decision.best)
    {
        return fmt::format("{} of the {} scores looked at", best, decision.looked);
    }
    return fmt::format("not the {} of the {} scores looked at: the policy weighs more than the "
                       "score",
                       best,
                       decision.looked);
}

} // namespace sonda
