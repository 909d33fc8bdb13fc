#include "realnet/admin/live-figures.h"
#include "realnet/admin/metrics-text.h"
#include "realnet/admin/snapshot-taker.h"
#include "realnet/admin/state-json.h"
#include "realnet/admin/state-words.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <cmath>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** A shared balancer with figures, and agents of equal figures. */
struct Watched
{
    Watched(const std::string& formula, const std::string& policy, unsigned agents)
        : balancer(MakeFormula(formula), Make(policy), TableTiming(), 1)
    {
        balancer.AddWitness(figures, &figures.Trace());
        for (unsigned i = 0; i < agents; ++i)
        {
            REQUIRE(balancer.Update(Observe(i, i)));
        }
    }

    std::vector<DecisionRow>
    Decisions() const
    {
        return SnapshotTaker(balancer, figures, Now()).TakeDecisions();
    }

    LiveFigures figures;
    SharedBalancer balancer;
};

} // namespace

TEST_CASE("a decision names who was picked, whom the policy looked at, and why", "[figures]")
{
    Watched watched("max: ram + 0 * inflight", "sample:2", 10);
    const auto target = watched.balancer.Dispatch().target;
    REQUIRE(target);
    const auto rows = watched.Decisions();
    REQUIRE(rows.size() == 1);
    const DecisionRow& row = rows[0];
    CHECK(row.agent == "agent-" + std::to_string(target->agent));
    CHECK(row.decision.candidates == 10);
    CHECK(row.decision.looked == 2);
    REQUIRE(row.looks.size() == 2);
    CHECK((row.looks[0] == row.agent || row.looks[1] == row.agent));
    CHECK(row.decision.best);
    CHECK(WhyPicked(row, false) == "highest of the 2 scores looked at");
}

TEST_CASE("the sentence fits what the policy did", "[figures]")
{
    const auto why = [](const std::string& formula, const std::string& policy, unsigned agents)
    {
        Watched watched(formula, policy, agents);
        watched.balancer.Dispatch();
        return WhyPicked(watched.Decisions().at(0), true);
    };
    CHECK(why("min: ram", "head", 5) == "lowest score of all 5 candidates");
    CHECK(why("min: rtt", "best", 5) == "one of 5 with the lowest score of all 5 candidates");
    CHECK(why("min: inflight", "best", 5) == "lowest of the 5 scores looked at");
    CHECK(why("min: inflight", "random", 5) == "the policy looked at no score");
    // Pretend that the policy took another than the best it saw.
    DecisionRow other;
    other.decision.looked = 3;
    CHECK(WhyPicked(other, true) ==
          "not the lowest of the 3 scores looked at: the policy weighs more than the score");
}

TEST_CASE("the last 50 decisions are kept, newest first", "[figures]")
{
    Watched watched("min: rtt", "round-robin", 7);
    std::vector<AgentIndex> picked;
    for (int i = 0; i < 60; ++i)
    {
        picked.push_back(watched.balancer.Dispatch().target->agent);
    }
    const auto rows = watched.Decisions();
    REQUIRE(rows.size() == LiveFigures::DECISIONS);
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        CHECK(rows[i].decision.agent == picked[59 - i]);
        CHECK((i == 0 || rows[i].decision.at <= rows[i - 1].decision.at));
    }
}

TEST_CASE("a decision for an agent that is gone does not name its successor", "[figures]")
{
    LiveFigures figures;
    Balancer balancer(MakeFormula("min: rtt"), Make("head"), TableTiming());
    balancer.SetTrace(&figures.Trace());
    SeededStream random(1);
    const auto report = [&](unsigned number, double now)
    {
        const auto agent = balancer.Update(Observe(number), At(now));
        REQUIRE(agent);
        figures.OnReported(balancer, *agent, Observe(number), At(now));
        return *agent;
    };
    const AgentIndex first = report(0, 0);
    figures.OnDispatch(balancer, balancer.Dispatch(At(1), random), At(1));
    balancer.Ended(first, Ending::Completed(FromSeconds(1), true), At(2));
    figures.OnRemoved(first);
    balancer.Advance(At(100));
    REQUIRE(report(1, 101) == first); // the index is given again
    REQUIRE(figures.Decisions().size() == 1);
    CHECK(figures.Decisions()[0].agent == Decision::GONE);
    CHECK(figures.Decisions()[0].looks[0].agent == Decision::GONE);
    CHECK(figures.TimesOf(first)->connection.Collect().histogram.sample_count == 0);
}

TEST_CASE("times go to the histogram of their agent", "[figures]")
{
    Watched watched("min: rtt", "head", 2);
    const auto target = watched.balancer.Dispatch().target;
    REQUIRE(target);
    watched.balancer.Connected(target->agent, Now());
    watched.balancer.Ended(target->agent,
                           Now() - FromSeconds(3),
                           Ending::Completed(Duration(0), true));
    const auto times = watched.figures.TimesOf(target->agent);
    CHECK(times->connect.Collect().histogram.sample_count == 1);
    CHECK(times->connection.Collect().histogram.sample_count == 1);
    CHECK(times->connection.Collect().histogram.sample_sum >= 3);
    CHECK(times->probeRtt.Collect().histogram.sample_count == 1);
    CHECK(times->probeRtt.Collect().histogram.sample_sum == Approx(1e-3));
    const auto other = watched.figures.TimesOf(1 - target->agent);
    CHECK(other->connection.Collect().histogram.sample_count == 0);
}

TEST_CASE("an agent drained by hand is so also when it was removed and is back", "[figures]")
{
    TableTiming quick;
    quick.interval = std::chrono::milliseconds(1);
    SharedBalancer balancer(MakeFormula("min: rtt"), Make("head"), quick, 1);
    REQUIRE(balancer.Update(Observe(0)));
    REQUIRE(balancer.SetDrained("agent-0", true));
    CHECK_FALSE(balancer.SetDrained("agent-1", true));
    CHECK_FALSE(balancer.SetDrained("agent-1", false));
    CHECK_FALSE(balancer.Dispatch().target);
    const Instant deadline = Now() + FromSeconds(20);
    while (balancer.NextExpiry())
    {
        REQUIRE(Now() < deadline);
        balancer.Advance();
    }
    CHECK(balancer.Drained() == std::vector<std::string>{"agent-0"});
    REQUIRE(balancer.Update(Observe(0)));
    CHECK_FALSE(balancer.Dispatch().target);
    CHECK(balancer.SetDrained("agent-0", false));
    CHECK(balancer.Drained().empty());
    REQUIRE(balancer.Update(Observe(0)));
    CHECK(balancer.Dispatch().target);
}

TEST_CASE("an identity that is drained and away can be let in again", "[figures]")
{
    TableTiming quick;
    quick.interval = std::chrono::milliseconds(1);
    SharedBalancer balancer(MakeFormula("min: rtt"), Make("head"), quick, 1);
    REQUIRE(balancer.Update(Observe(0)));
    REQUIRE(balancer.SetDrained("agent-0", true));
    const Instant deadline = Now() + FromSeconds(20);
    while (balancer.NextExpiry())
    {
        REQUIRE(Now() < deadline);
        balancer.Advance();
    }
    CHECK(balancer.SetDrained("agent-0", false));
    CHECK_FALSE(balancer.SetDrained("agent-0", false));
}

TEST_CASE("sums over agents without series of their own do not fall when one leaves", "[figures]")
{
    TableTiming quick;
    quick.interval = std::chrono::milliseconds(50);
    LiveFigures figures;
    SharedBalancer balancer(MakeFormula("min: rtt"), Make("round-robin"), quick, 1);
    balancer.AddWitness(figures, &figures.Trace());
    const unsigned agents = MOST_AGENTS_WITH_SERIES + 20;
    for (unsigned i = 0; i < agents; ++i)
    {
        REQUIRE(balancer.Update(Observe(i)));
    }
    for (unsigned i = 0; i < 2 * agents; ++i)
    {
        const auto target = balancer.Dispatch().target;
        REQUIRE(target);
        balancer.Connected(target->agent, Now());
        balancer.Ended(target->agent, Now(), Ending::Completed(Duration(0), true));
    }
    const auto others = [&](const std::string& name)
    {
        AdminSnapshot snapshot;
        snapshot.facts = std::make_shared<ProxyFacts>();
        snapshot.counters = nlohmann::ordered_json::object();
        const SnapshotTaker taker(balancer, figures, Now());
        snapshot.agents = taker.TakeAgents();
        taker.TakeTotals(snapshot);
        const std::string text = MetricsText(snapshot);
        const std::string begin = "sonda_agent_" + name + "{agent=\"all others\"} ";
        const auto at = text.find(begin);
        REQUIRE(at != std::string::npos);
        return std::stod(text.substr(at + begin.size()));
    };
    const std::vector<std::string> names = {"picks_total",
                                            "completions_total",
                                            "reports_total",
                                            "connect_seconds_count",
                                            "connection_seconds_sum",
                                            "probe_rtt_seconds_count"};
    std::vector<double> before;
    for (const std::string& name : names)
    {
        before.push_back(others(name));
    }
    CHECK(before[0] > 0);
    const Instant deadline = Now() + FromSeconds(20);
    while (balancer.NextExpiry())
    {
        REQUIRE(Now() < deadline);
        balancer.Advance();
    }
    for (std::size_t i = 0; i < names.size(); ++i)
    {
        CAPTURE(names[i]);
        CHECK(others(names[i]) == Approx(before[i]));
    }
}
