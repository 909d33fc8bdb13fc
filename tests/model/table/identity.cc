#include "tests/catch.h"
#include "tests/model/support/samples.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

/** Agent 0's identity at another place. */
Observation
Moved()
{
    Observation observation = Observe(0);
    observation.server.address = "10.9.9.9";
    observation.elapsed = std::chrono::milliseconds(40);
    return observation;
}

} // namespace

TEST_CASE("the identity of a fresh agent is not given to another server")
{
    StatusTable table = MakeTable("min: rtt", 1);
    const AgentStatus before = table.Get(*table.Find("agent-0"));
    const auto refused = table.Update(Moved(), At(7.4));
    REQUIRE_FALSE(refused);
    CHECK(refused.GetError().reason == RefusalReason::ID_CONFLICT);
    CHECK(refused.GetError().detail == "agent-0 is 10.0.0.1:80, not 10.9.9.9:80");
    const AgentStatus& after = table.Get(*table.Find("agent-0"));
    CHECK(after.server == before.server);
    CHECK(after.reports == before.reports);
    CHECK(after.reportedAt == before.reportedAt);
    CHECK(table.Size() == 1);
}

TEST_CASE("the port is part of the place")
{
    StatusTable table = MakeTable("min: rtt", 1);
    Observation observation = Observe(0);
    observation.server.port = 81;
    CHECK_FALSE(table.Update(observation, At(1)));
}

TEST_CASE("an agent that said that it is down where it was may be elsewhere at once")
{
    StatusTable table = MakeTable("min: rtt", 1);
    Observation leaving = Observe(0);
    leaving.report.state = ServerState::DRAIN; // somebody works on the server: it is there
    REQUIRE(table.Update(leaving, At(1)));
    CHECK_FALSE(table.Update(Moved(), At(1.1)));
    leaving.report.state = ServerState::DOWN;
    REQUIRE(table.Update(leaving, At(2)));
    const auto agent = table.Update(Moved(), At(2.1));
    REQUIRE(agent);
    CHECK(table.Get(*agent).server.address == "10.9.9.9");
    CHECK(table.Size() == 1);
}

TEST_CASE("an overdue agent may have moved: its RTT begins anew, its counters stay")
{
    StatusTable table = MakeTable("min: rtt", 1);
    const AgentIndex agent = *table.Find("agent-0");
    table.OnDispatch(agent, At(1));
    // Nobody has called Advance(): what counts is the time, not who looked at the table when.
    REQUIRE(*table.Update(Moved(), At(7.5)) == agent);
    const AgentStatus& status = table.Get(agent);
    CHECK(status.server.address == "10.9.9.9");
    CHECK(status.rtt.Smoothed() == std::chrono::milliseconds(40));
    CHECK(status.rtt.Least() == std::chrono::milliseconds(40));
    CHECK(status.inFlight == 1);
    CHECK(status.dispatches == 1);
    CHECK(status.reports == 2);
}

TEST_CASE("an agent that was forgotten comes back as a new one, also if nobody looked meanwhile")
{
    StatusTable table = MakeTable("min: rtt", 1);
    REQUIRE(table.Update(Observe(0), At(50)));
    CHECK(table.Get(*table.Find("agent-0")).reports == 1);
    CHECK(table.Get(*table.Find("agent-0")).firstSeen == At(50));
}
