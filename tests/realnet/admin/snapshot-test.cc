#include "realnet/admin/history-csv.h"
#include "realnet/admin/metrics-page.h"
#include "realnet/admin/metrics-text.h"
#include "realnet/admin/snapshot-taker.h"
#include "realnet/admin/state-json.h"
#include "realnet/admin/state-words.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <limits>
#include <sstream>

using namespace sonda;
using namespace sonda::test;

namespace
{

AdminSnapshot
MakeSnapshot(std::size_t agents)
{
    auto facts = std::make_shared<ProxyFacts>();
    AdminSnapshot snapshot;
    snapshot.rule.variables = {"inflight"};
    snapshot.rule.formulaName = "a \"quoted\"\nname";
    snapshot.facts = facts;
    snapshot.counters = {{"accepted", 7}, {"refusals", {{"total", 3}, {"not-json", 3}}}};
    for (std::size_t i = 0; i < agents; ++i)
    {
        AgentRow row;
        row.index = static_cast<AgentIndex>(i);
        row.id = "agent-" + std::to_string(i);
        row.candidate = true;
        row.terms = {1.0};
        row.picks = 2;
        auto times = std::make_shared<AgentTimes>();
        times->connect.Observe(0.0002);
        row.times = times;
        snapshot.agents.push_back(row);
    }
    return snapshot;
}

/** \return how many lines of the text begin so. */
std::size_t
CountLines(const std::string& text, const std::string& begin)
{
    std::istringstream lines(text);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);)
    {
        count += line.compare(0, begin.size(), begin) == 0;
    }
    return count;
}

} // namespace

TEST_CASE("a snapshot holds every agent, also when it is taken in many slices", "[snapshot]")
{
    LiveFigures figures;
    SharedBalancer balancer(MakeFormula("min: cores * inflight"), Make("sample:2"), {}, 1);
    balancer.AddWitness(figures, &figures.Trace());
    const std::size_t agents = 3 * SnapshotTaker::SLICE + 5;
    for (unsigned i = 0; i < agents; ++i)
    {
        Observation observation = Observe(i);
        observation.report.weight = 2;
        observation.report.cores = i == 0 ? std::nullopt : std::optional<double>(4);
        REQUIRE(balancer.Update(observation));
    }
    balancer.SetDrained("agent-1", true);
    const auto rows = SnapshotTaker(balancer, figures, Now()).TakeAgents();
    REQUIRE(rows.size() == agents);
    CHECK(rows[0].capacity == 2);
    CHECK(rows[2].capacity == 8);
    CHECK(std::isnan(rows[0].score));
    CHECK(rows[2].score == 0);
    CHECK(rows[2].terms == std::vector<double>{4, 0});
    CHECK(StateWord(rows[1]) == std::string("drained"));
    CHECK_FALSE(rows[1].candidate);
    CHECK(rows[2].candidate);
    CHECK(rows[2].rttS == Approx(1e-3));
}

TEST_CASE("the state of an agent is the first thing that keeps it from being picked", "[snapshot]")
{
    AgentRow row;
    CHECK(StateWord(row) == std::string("ready"));
    row.freshness = Freshness::STALE;
    CHECK(StateWord(row) == std::string("stale"));
    row.full = true;
    CHECK(StateWord(row) == std::string("full"));
    row.restingReports = 1;
    CHECK(StateWord(row) == std::string("resting"));
    row.barred = true;
    CHECK(StateWord(row) == std::string("own-address"));
    row.reported = ServerState::DOWN;
    CHECK(StateWord(row) == std::string("down"));
    row.reported = ServerState::DRAIN;
    CHECK(StateWord(row) == std::string("drain"));
    row.drained = true;
    CHECK(StateWord(row) == std::string("drained"));
    row.freshness = Freshness::DEAD;
    CHECK(StateWord(row) == std::string("left"));
    row = AgentRow();
    row.freshness = Freshness::DEAD;
    CHECK(StateWord(row) == std::string("dead"));
}

TEST_CASE("state is JSON whatever the numbers are, and may be cut to so many agents", "[snapshot]")
{
    AdminSnapshot snapshot = MakeSnapshot(5);
    snapshot.agents[0].score = std::numeric_limits<double>::quiet_NaN();
    snapshot.agents[1].score = std::numeric_limits<double>::infinity();
    snapshot.agents[4].candidate = false;
    const auto state = nlohmann::json::parse(StateText(snapshot, ALL_AGENTS));
    CHECK(state["agents"].size() == 5);
    CHECK(state["agents"][0]["score"].is_null());
    CHECK(state["agents"][1]["score"].is_null());
    CHECK(state["agents"][2]["terms"]["inflight"] == 1);
    CHECK(state["agents"][2]["share"].is_null());
    CHECK(state["agents"][2]["ideal_share"] == 0.25);
    CHECK(state["agents"][4]["ideal_share"] == 0);
    const auto cut = nlohmann::json::parse(StateText(snapshot, 3));
    CHECK(cut["agents"].size() == 3);
    CHECK(cut["agents_total"] == 5);
    CHECK(cut["agents"][2]["ideal_share"] == 0.25);
}

TEST_CASE("the number of series is bounded; agents beyond it are summed up", "[snapshot]")
{
    const std::string few = MetricsText(MakeSnapshot(3));
    CHECK(CountLines(few, "sonda_agent_picks_total{agent=\"agent-") == 3);
    CHECK(CountLines(few, "sonda_agent_picks_total{agent=\"all others\"}") == 0);
    const std::string many = MetricsText(MakeSnapshot(MOST_AGENTS_IN_METRICS + 10));
    CHECK(CountLines(many, "sonda_agent_picks_total{agent=\"agent-") == MOST_AGENTS_IN_METRICS);
    CHECK(CountLines(many, "sonda_agent_picks_total{agent=\"all others\"} 20") == 1);
    CHECK(CountLines(many, "sonda_agent_connect_seconds_count{agent=\"all others\"} 10") == 1);
    CHECK(CountLines(many,
                     "sonda_agent_connect_seconds_bucket{agent=\"all others\",le=\"0.0001\"} 0") ==
          1);
    CHECK(CountLines(
              many,
              "sonda_agent_connect_seconds_bucket{agent=\"all others\",le=\"0.00025\"} 10") == 1);
    const std::string more = MetricsText(MakeSnapshot(MOST_AGENTS_IN_METRICS + 500));
    CHECK(CountLines(more, "sonda_") == CountLines(many, "sonda_"));
}

TEST_CASE("panic, full and floor have names everywhere", "[snapshot]")
{
    AdminSnapshot snapshot = MakeSnapshot(2);
    CHECK(ReadinessOf(snapshot).text == "ready; agents that can be picked: 2");
    snapshot.table.panic = true;
    CHECK(ReadinessOf(snapshot).isReady);
    CHECK(ReadinessOf(snapshot).text.find("panic") != std::string::npos);
    CHECK(nlohmann::json::parse(StateText(snapshot, ALL_AGENTS))["panic"] == true);
    CHECK(CountLines(MetricsText(snapshot), "sonda_panic 1") == 1);
    for (AgentRow& row : snapshot.agents)
    {
        row.candidate = false;
        row.full = true;
    }
    CHECK(ReadinessOf(snapshot).text == "no agent can be picked, of 2 known");
    snapshot.table.full = true;
    CHECK_FALSE(ReadinessOf(snapshot).isReady);
    CHECK(ReadinessOf(snapshot).text.rfind("full: ", 0) == 0);
    CHECK(CountLines(MetricsText(snapshot), "sonda_full 1") == 1);
    CHECK(CountLines(MetricsText(snapshot), "sonda_agents{state=\"full\"} 2") == 1);
    snapshot.agents[0].restingReports = 2;
    snapshot.agents[0].restReason = RestReason::EARLY_RESETS;
    const auto agent = nlohmann::json::parse(StateText(snapshot, ALL_AGENTS))["agents"][0];
    CHECK(agent["state"] == "resting");
    CHECK(agent["resting"] == nlohmann::json{{"reason", "early-resets"}, {"reports", 2}});
}

TEST_CASE("every counter becomes a metric, and labels are quoted", "[snapshot]")
{
    const std::string text = MetricsText(MakeSnapshot(1));
    CHECK(CountLines(text, "sonda_accepted_total 7") == 1);
    CHECK(CountLines(text, "sonda_refusals_total{reason=\"not-json\"} 3") == 1);
    CHECK(text.find("formula=\"a \\\"quoted\\\"\\nname\"") != std::string::npos);
}

TEST_CASE("history leaves out what the reader has", "[snapshot]")
{
    AdminSnapshot snapshot = MakeSnapshot(0);
    for (std::uint64_t number = 0; number < 3; ++number)
    {
        auto window = std::make_shared<Window>();
        window->number = number;
        window->cells.resize(2);
        snapshot.windows.push_back(window);
    }
    CHECK(CountLines(HistoryText(snapshot, std::nullopt), "") == 7);
    CHECK(CountLines(HistoryText(snapshot, 0), "") == 5);
    CHECK(CountLines(HistoryText(snapshot, 2), "") == 1);
}
