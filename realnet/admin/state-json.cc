#include "realnet/admin/state-json.h"

#include "realnet/admin/state-words.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace sonda
{

namespace
{

using Json = nlohmann::ordered_json;

/** JSON has neither NaN nor infinity. */
Json
Number(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/** Picks of the last windows, by agent and in all. */
struct RecentPicks
{
    std::unordered_map<std::string, std::uint64_t> byAgent;
    std::uint64_t total{0};
    double lengthS{0};
};

RecentPicks
CountRecent(const AdminSnapshot& snapshot)
{
    RecentPicks recent;
    const auto& windows = snapshot.windows;
    for (std::size_t i = windows.size() - std::min(windows.size(), SHARE_WINDOWS);
         i < windows.size();
         ++i)
    {
        for (const WindowCell& cell : windows[i]->cells)
        {
            recent.byAgent[cell.id] += cell.picks;
            recent.total += cell.picks;
        }
        recent.lengthS += windows[i]->endS - windows[i]->startS;
    }
    return recent;
}

Json
ShareOf(const std::string& id, const RecentPicks& recent)
{
    if (recent.total == 0)
    {
        return nullptr;
    }
    const auto found = recent.byAgent.find(id);
    const std::uint64_t picks = found == recent.byAgent.end() ? 0 : found->second;
    return static_cast<double>(picks) / static_cast<double>(recent.total);
}

/** Why an agent rests, and for how many further reports; null: it does not. */
Json
RestJson(const AgentRow& row)
{
    if (row.restingReports == 0)
    {
        return nullptr;
    }
    return {{"reason", ToString(row.restReason)}, {"reports", row.restingReports}};
}

Json
AgentJson(const AgentRow& row, const PickRule& rule, const RecentPicks& recent, double capacity)
{
    Json terms = Json::object();
    for (std::size_t i = 0; i < row.terms.size(); ++i)
    {
        terms[rule.variables[i]] = Number(row.terms[i]);
    }
    return {{"id", row.id},
            {"server", ToString(row.server)},
            {"state", StateWord(row)},
            {"candidate", row.candidate},
            {"resting", RestJson(row)},
            {"score", Number(row.score)},
            {"terms", std::move(terms)},
            {"age_s", Number(row.ageS)},
            {"rtt_s", Number(row.rttS)},
            {"rtt_min_s", Number(row.rttMinS)},
            {"in_flight", row.inFlight},
            {"capacity", row.capacity},
            {"share", ShareOf(row.id, recent)},
            {"ideal_share", row.candidate ? Json(row.capacity / capacity) : Json(0)},
            {"picks", row.picks},
            {"completions", row.completions},
            {"failures", row.failures},
            {"connect_failures", row.connectFailures},
            {"abandoned", row.abandoned},
            {"ended_empty", row.endedEmpty},
            {"reports", row.reports}};
}

/** What a stranger calls itself may be no UTF-8: that must not cost us the page. */
std::string
Dump(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/** Agent by agent: thousands of them as one tree would take ten times the memory of their text. */
void
AppendAgents(std::string& text,
             const AdminSnapshot& snapshot,
             const RecentPicks& recent,
             std::size_t most)
{
    double capacity = 0;
    for (const AgentRow& row : snapshot.agents)
    {
        capacity += row.candidate ? row.capacity : 0;
    }
    const std::size_t shown = std::min(most, snapshot.agents.size());
    for (std::size_t i = 0; i < shown; ++i)
    {
        const std::string agent =
            Dump(AgentJson(snapshot.agents[i], snapshot.rule, recent, capacity));
        if (i == 0)
        {
            text.reserve(text.size() + shown * (agent.size() + agent.size() / 8));
        }
        text += (i == 0 ? "" : ",") + agent;
    }
}

Json
DecisionsJson(const AdminSnapshot& snapshot)
{
    Json decisions = Json::array();
    for (const DecisionRow& row : snapshot.decisions)
    {
        Json looks = Json::array();
        for (std::size_t i = 0; i < row.looks.size(); ++i)
        {
            looks.push_back(
                {{"agent", row.looks[i]}, {"score", Number(row.decision.looks[i].score)}});
        }
        decisions.push_back({{"at_s", row.atS},
                             {"agent", row.agent},
                             {"candidates", row.decision.candidates},
                             {"looked_at", row.decision.looked},
                             {"scores", std::move(looks)},
                             {"why", WhyPicked(row, snapshot.rule.lowestIsBest)}});
    }
    return decisions;
}

Json
WindowsJson(const AdminSnapshot& snapshot)
{
    Json windows = Json::array();
    for (const auto& window : snapshot.windows)
    {
        windows.push_back({{"number", window->number},
                           {"start_s", window->startS},
                           {"end_s", window->endS},
                           {"picks", window->fairness.picks},
                           {"jain", Number(window->fairness.jain)},
                           {"chance", Number(window->fairness.chance)},
                           {"limit", Number(window->fairness.limit)},
                           {"telling", window->fairness.telling},
                           {"herding", window->fairness.herding}});
    }
    return windows;
}

} // namespace

std::string
StateText(const AdminSnapshot& snapshot, std::size_t most)
{
    const ProxyFacts& facts = *snapshot.facts;
    const PickRule& rule = snapshot.rule;
    const RecentPicks recent = CountRecent(snapshot);
    const unsigned row = snapshot.windows.empty() ? 0 : snapshot.windows.back()->herdingRow;
    const Json before = {{"instance", facts.instance},
                         {"version", facts.version},
                         {"commit", facts.commit},
                         {"started", facts.started},
                         {"sequence", snapshot.sequence},
                         {"uptime_s", snapshot.takenS},
                         {"listening", facts.listening},
                         {"draining", snapshot.draining},
                         {"panic", snapshot.table.panic},
                         {"full", snapshot.table.full},
                         {"floor", snapshot.table.floor},
                         {"formula",
                          {{"name", rule.formulaName},
                           {"text", rule.formulaText},
                           {"best", rule.lowestIsBest ? "lowest" : "highest"}}},
                         {"policy", rule.policy},
                         {"interval_s", snapshot.intervalS},
                         {"window_s", facts.windowS},
                         {"connections_open", snapshot.open},
                         {"backlog", snapshot.backlog},
                         {"share_window_s", recent.lengthS},
                         {"agents_total", snapshot.agents.size()}};
    const Json after = {
        {"drained", snapshot.drained},
        {"decisions", DecisionsJson(snapshot)},
        {"windows", WindowsJson(snapshot)},
        {"herding", {{"alarm", snapshot.herding}, {"row", row}, {"needed", HerdingAlarm::ROW}}},
        {"counters", snapshot.counters}};
    std::string text = Dump(before);
    text.pop_back();
    text += ",\"agents\":[";
    AppendAgents(text, snapshot, recent, most);
    text += "]," + Dump(after).substr(1);
    return text;
}

} // namespace sonda
