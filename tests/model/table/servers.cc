#include "tests/catch.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <map>
#include <set>

using namespace sonda;
using namespace sonda::test;

/** One server is one entry, whoever speaks for it. */
namespace
{

/** \p id speaks for server \p number. */
Observation
Speak(const std::string& id, unsigned number, Origin origin)
{
    Observation observation = Observe(number);
    observation.id = id;
    observation.origin = origin;
    return observation;
}

Observation
Static(unsigned number)
{
    return Speak(ToString(Observe(number).server), number, Origin::STATIC);
}

Observation
Base(unsigned number)
{
    return Speak(ToString(Observe(number).server), number, Origin::BASE);
}

RefusalReason
Refused(StatusTable& table, const Observation& observation, double now)
{
    const auto agent = table.Update(observation, At(now));
    REQUIRE_FALSE(agent);
    return agent.GetError().reason;
}

} // namespace

TEST_CASE("an agent takes the place of the entry that the operator listed, and keeps its counters")
{
    for (const Origin origin : {Origin::AGENT, Origin::BASE})
    {
        StatusTable table(MakeFormula("min: rtt"), TableTiming());
        const AgentIndex place = *table.Update(Static(0), At(0));
        table.OnDispatch(place, At(1));
        table.SetDrained(place, true, At(1));
        const Observation agent = origin == Origin::AGENT ? Observe(0) : Base(0);
        REQUIRE(*table.Update(agent, At(2)) == place);
        CHECK(table.Size() == 1);
        CHECK(table.Find(agent.id) == place);
        CHECK(table.Get(place).inFlight == 1);
        CHECK(table.Get(place).drained);
        // The health check says nothing more while the agent is there, whatever it finds.
        Observation down = Static(0);
        down.report.state = ServerState::DOWN;
        CHECK(Refused(table, down, 3) == RefusalReason::SERVER_CONFLICT);
        CHECK(table.Get(place).report.state == ServerState::READY);
        CHECK(Refused(table, Static(0), 19) == RefusalReason::SERVER_CONFLICT);
        // When the agent is dead it speaks again.
        REQUIRE(*table.Update(Static(0), At(2 + 17.5)) == place);
        CHECK(table.Get(place).id == Static(0).id);
        CHECK(table.Get(place).freshness == Freshness::FRESH);
        CHECK(table.Size() == 1);
    }
}

TEST_CASE("an open port does not undo a goodbye")
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    Observation goodbye = Observe(0);
    goodbye.report.state = ServerState::DRAIN;
    REQUIRE(table.Update(goodbye, At(0)));
    for (const double now : {1.0, 18.0, 49.0})
    {
        CHECK(Refused(table, Static(0), now) == RefusalReason::SERVER_CONFLICT);
        CHECK(table.Candidates().empty());
    }
    CHECK(table.Update(Static(0), At(51))); // the agent is forgotten
}

TEST_CASE("a second agent for one server is refused while the first is fresh")
{
    StatusTable table = MakeTable("min: rtt", 1);
    const Observation second = Speak("second", 0, Origin::AGENT);
    CHECK(Refused(table, second, 7.4) == RefusalReason::SERVER_CONFLICT);
    CHECK(table.ObjectionTo(second)->detail ==
          "10.0.0.1:80 is the server of agent-0, not of second");
    CHECK(table.Size() == 1);
    REQUIRE(*table.Update(second, At(7.5)) == 0);
    CHECK(table.Size() == 1);
    CHECK_FALSE(table.Find("agent-0"));
    CHECK(Refused(table, Observe(0), 8) == RefusalReason::SERVER_CONFLICT);
}

TEST_CASE("who says goodbye makes room at once, but not for another who does")
{
    StatusTable table = MakeTable("min: rtt", 1);
    Observation goodbye = Observe(0);
    goodbye.report.state = ServerState::DRAIN;
    REQUIRE(table.Update(goodbye, At(1)));
    Observation second = Speak("second", 0, Origin::AGENT);
    second.report.state = ServerState::DRAIN;
    CHECK(Refused(table, second, 2) == RefusalReason::SERVER_CONFLICT);
    CHECK(table.Update(Speak("third", 0, Origin::AGENT), At(2)));
    CHECK(Refused(table, goodbye, 3) == RefusalReason::SERVER_CONFLICT);
}

TEST_CASE("nobody elsewhere keeps out an agent that answers from its server's own address")
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    Observation stranger = Speak("stranger", 0, Origin::AGENT);
    stranger.source = "10.0.0.66";
    Observation agent = Observe(0);
    agent.source = agent.server.address;
    REQUIRE(table.Update(stranger, At(0)));
    REQUIRE(table.Update(agent, At(1)));
    CHECK(Refused(table, stranger, 2) == RefusalReason::SERVER_CONFLICT);
    Observation neighbour = Speak("neighbour", 0, Origin::AGENT);
    neighbour.source = agent.source;
    CHECK(Refused(table, neighbour, 2) == RefusalReason::SERVER_CONFLICT);
    CHECK(table.Size() == 1);
}

TEST_CASE("of a base-form agent and one with an identity the latter speaks")
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    REQUIRE(table.Update(Base(0), At(0)));
    REQUIRE(table.Update(Observe(0), At(1)));
    CHECK(Refused(table, Base(0), 2) == RefusalReason::SERVER_CONFLICT);
    CHECK(table.Size() == 1);
}

TEST_CASE("an agent that moves to a server in the table becomes one entry with it")
{
    StatusTable table = MakeTable("min: rtt", 1);
    REQUIRE(table.Update(Static(1), At(0)));
    Observation moved = Observe(1);
    moved.id = "agent-0";
    CHECK(Refused(table, moved, 5) == RefusalReason::ID_CONFLICT);
    REQUIRE(table.Update(Static(1), At(7)));
    table.OnDispatch(0, At(1));
    CHECK(Refused(table, moved, 8) == RefusalReason::SERVER_CONFLICT); // connections at the old one
    table.OnCompletion(0, Duration(1), true, At(9));
    REQUIRE(*table.Update(moved, At(9)) == 1);
    CHECK(table.Size() == 1);
    CHECK(table.Find("agent-0") == 1U);
}

TEST_CASE("the table holds so many agents and no more; those that are there still report")
{
    StatusTable table = MakeTable("min: rtt", 3);
    TableRules rules;
    rules.mostAgents = 3;
    table.SetRules(rules, At(0));
    CHECK(Refused(table, Observe(3), 1) == RefusalReason::TABLE_FULL);
    CHECK(table.Update(Observe(2), At(1)));
    CHECK(table.Size() == 3);
    CHECK(table.Update(Speak("takes the place", 0, Origin::AGENT), At(8)));
    table.Advance(At(50)); // 1 is forgotten
    CHECK(table.Update(Observe(3), At(50)));
}

TEST_CASE("whoever speaks, no server and no identity is in the table twice")
{
    for (std::uint64_t seed = 1; seed <= 10; ++seed)
    {
        INFO("seed " << seed);
        SeededStream random(seed);
        StatusTable table(MakeFormula("min: rtt"), TableTiming());
        double now = 0;
        std::vector<AgentIndex> flying;
        for (int step = 0; step < 3000; ++step)
        {
            now += random.Chance(0.1) ? 6 : 0.3;
            const auto server = static_cast<unsigned>(random.Below(5));
            const auto name = std::to_string(random.Below(5));
            Observation said = random.Chance(0.3)   ? Static(server)
                               : random.Chance(0.3) ? Base(server)
                                                    : Speak(name, server, Origin::AGENT);
            said.report.state = random.Chance(0.2) ? ServerState::DRAIN : ServerState::READY;
            table.Advance(At(now));
            const bool objects = table.ObjectionTo(said).has_value();
            REQUIRE(static_cast<bool>(table.Update(said, At(now))) == !objects);
            std::set<std::string> ids;
            std::set<std::string> servers;
            for (const AgentIndex agent : table.All())
            {
                const AgentStatus& status = table.Get(agent);
                REQUIRE(ids.insert(status.id).second);
                REQUIRE(servers.insert(ToString(status.server)).second);
                REQUIRE(table.Find(status.id) == agent);
            }
            REQUIRE(table.Size() == ids.size());
            if (random.Chance(0.3) && !table.Candidates().empty())
            {
                flying.push_back(random.OneOf(table.Candidates()));
                table.OnDispatch(flying.back(), At(now));
            }
            else if (!flying.empty())
            {
                table.OnCompletion(flying.back(), Duration(1), true, At(now));
                flying.pop_back();
            }
        }
    }
}
