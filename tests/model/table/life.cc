#include "tests/catch.h"
#include "tests/model/support/samples.h"

#include <string>
#include <vector>

using namespace sonda;
using namespace sonda::test;

namespace
{

constexpr Duration TICK{1};

std::string
FreshnessOf(const StatusTable& table, const std::string& id)
{
    const auto agent = table.Find(id);
    return agent ? ToString(table.Get(*agent).freshness) : "removed";
}

} // namespace

TEST_CASE("an agent turns stale, dead and removed exactly at the documented times")
{
    // Interval 5 s: 1.5, 3.5 and 10 intervals after the last report.
    StatusTable table = MakeTable("min: rtt", 1);
    const auto check = [&table](Instant now, const std::string& expected, std::size_t candidates)
    {
        CAPTURE(now.time_since_epoch().count(), expected);
        table.Advance(now);
        CHECK(FreshnessOf(table, "agent-0") == expected);
        CHECK(table.Candidates().size() == candidates);
        CHECK(table.BestIndexed().size() == candidates);
    };
    check(At(0), "fresh", 1);
    CHECK(table.NextExpiry() == At(7.5));
    check(At(7.5) - TICK, "fresh", 1);
    check(At(7.5), "stale", 1);
    CHECK(table.NextExpiry() == At(17.5));
    check(At(17.5) - TICK, "stale", 1);
    check(At(17.5), "dead", 0);
    CHECK(table.NextExpiry() == At(50));
    check(At(50) - TICK, "dead", 0);
    check(At(50), "removed", 0);
    CHECK_FALSE(table.NextExpiry());
    CHECK(table.Size() == 0);
    CHECK(table.All().empty());
}

TEST_CASE("one late look at the table finds what many would have found")
{
    StatusTable table = MakeTable("min: rtt", 1);
    std::vector<Freshness> seen;
    table.SetObserver([&seen](const Transition& change) { seen.push_back(change.to); });
    table.Advance(At(1000));
    CHECK(seen == std::vector<Freshness>{Freshness::STALE, Freshness::DEAD, Freshness::REMOVED});
}

TEST_CASE("a report makes an agent fresh again and starts the times anew")
{
    for (const double second : {1.0, 8.0, 20.0})
    {
        StatusTable table = MakeTable("min: rtt", 1);
        table.Advance(At(second));
        REQUIRE(table.Update(Observe(0), At(second)));
        CHECK(FreshnessOf(table, "agent-0") == "fresh");
        CHECK(table.Candidates().size() == 1);
        CHECK(table.NextExpiry() == At(second + 7.5));
        CHECK(table.Get(*table.Find("agent-0")).reports == 2);
        CHECK(table.Get(*table.Find("agent-0")).firstSeen == At(0));
    }
}

TEST_CASE("the observer is told every change, and finds the agent up to date")
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    std::vector<std::string> told;
    table.SetObserver(
        [&](const Transition& change)
        {
            const AgentStatus& status = table.Get(change.agent);
            told.push_back(status.id + " " + (change.from ? ToString(*change.from) : "new") + " " +
                           ToString(change.to) + " " + std::to_string(status.reports));
        });
    table.Update(Observe(3), At(0));
    table.Update(Observe(3), At(5));
    table.Advance(At(12.5));
    table.Update(Observe(3), At(13));
    table.Advance(At(100));
    CHECK(told == std::vector<std::string>{"agent-3 new fresh 1",
                                           "agent-3 fresh stale 2",
                                           "agent-3 stale fresh 3",
                                           "agent-3 fresh stale 3",
                                           "agent-3 stale dead 3",
                                           "agent-3 dead removed 3"});
}

TEST_CASE("a dead agent stays until its last connection has ended")
{
    StatusTable table = MakeTable("min: rtt", 1);
    const AgentIndex agent = *table.Find("agent-0");
    table.OnDispatch(agent, At(1));
    table.OnDispatch(agent, At(1));
    table.Advance(At(60));
    CHECK(FreshnessOf(table, "agent-0") == "dead");
    CHECK_FALSE(table.NextExpiry());
    table.OnCompletion(agent, FromSeconds(60), true, At(61));
    table.Advance(At(61));
    CHECK(FreshnessOf(table, "agent-0") == "dead");
    table.OnCompletion(agent, FromSeconds(61), true, At(62));
    // Still there for whoever handles this completion, and due at once.
    CHECK(table.Get(agent).completions == 2);
    CHECK(table.NextExpiry() == At(62));
    table.Advance(At(62));
    CHECK(FreshnessOf(table, "agent-0") == "removed");
}

TEST_CASE("a dead agent whose connection outlived it can come back")
{
    StatusTable table = MakeTable("min: rtt", 1);
    const AgentIndex agent = *table.Find("agent-0");
    table.OnDispatch(agent, At(1));
    table.Advance(At(60));
    REQUIRE(*table.Update(Observe(0), At(61)) == agent);
    table.OnCompletion(agent, FromSeconds(60), true, At(62));
    table.Advance(At(62));
    CHECK(FreshnessOf(table, "agent-0") == "fresh");
    CHECK(table.NextExpiry() == At(68.5));
}

TEST_CASE("a place in the table is used again, with nothing left of its last owner")
{
    StatusTable table = MakeTable("min: rtt", 2);
    const AgentIndex first = *table.Find("agent-0");
    table.OnDispatch(first, At(1));
    table.OnConnectFailure(first, At(1));
    table.Update(Observe(1), At(48));
    table.Advance(At(50));
    REQUIRE_FALSE(table.Find("agent-0"));
    REQUIRE(*table.Update(Observe(9), At(50)) == first);
    const AgentStatus& status = table.Get(first);
    CHECK(status.id == "agent-9");
    CHECK(status.reports == 1);
    CHECK(status.failures == 0);
    CHECK(status.restingReports == 0);
    CHECK(status.recentFailures.Get(At(50)) == 0);
    CHECK(table.Candidates().size() == 2);
}

TEST_CASE("a server that is not ready is no candidate")
{
    StatusTable table = MakeTable("min: rtt", 2);
    double second = 0;
    for (const auto state : {ServerState::DRAIN, ServerState::DOWN})
    {
        Observation observation = Observe(0);
        observation.report.state = state;
        table.Update(observation, At(++second));
        CHECK(table.Candidates() == std::vector<AgentIndex>{*table.Find("agent-1")});
        CHECK(table.BestIndexed() == table.Candidates());
        CHECK(table.Size() == 2);
        table.Update(Observe(0), At(++second));
        CHECK(table.Candidates().size() == 2);
    }
}
