#include "tests/sim/small-world.h"

#include <string>

using namespace sonda;
using namespace sonda::sim;
using namespace sonda::sim::test;

/** Servers without agents, which proxies list and check by connecting. */

namespace
{

/** The small world, its servers without agents. */
Json
Listed(const std::string& events, const std::string& fidelity)
{
    Json json = Small("[]", fidelity);
    json["agents"][0]["agent"] = false;
    json["events"] = Json::parse(events);
    return json;
}

} // namespace

TEST_CASE("servers without agents get connections, though nobody answers probes", "[listed]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome outcome = Run(Listed("[]", fidelity));
        CHECK(outcome.Picks("a[0]", 2, 17) == 75);
        CHECK(outcome.Picks("a[1]", 2, 17) == 75);
        CHECK(outcome.Picks("a[2]", 2, 17) == 75);
        CHECK(outcome.failed == 0);
    }
}

TEST_CASE("a listed server that refuses is out from the next check until one is accepted",
          "[listed]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome outcome = Run(Listed(R"([{"at_s": 5.5, "agents": "a[1]", "do": "leave"},
                                               {"at_s": 14.5, "agents": "a[1]", "do": "join"}])",
                                           fidelity));
        CHECK(outcome.failed == 0);
        CHECK(outcome.Picks("a[1]", 2, 5) == 15);
        // Not three intervals, as with an agent that falls silent.
        CHECK(outcome.Picks("a[1]", 6, 14) <= 1);
        CHECK(outcome.Picks("a[1]", 15, 18) >= 13);
    }
}

TEST_CASE("listed servers and agents share one table", "[listed]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        Json json = Small("[]", fidelity);
        json["agents"][0]["count"] = 2;
        json["agents"].push_back(
            Json{{"name", "b"}, {"agent", false}, {"weight", 2}, {"delay_ms", 1}});
        const Outcome outcome = Run(json, "weight", "smooth-weighted");
        CHECK(outcome.Picks("a[0]", 2, 18) * 2 == Approx(outcome.Picks("b[0]", 2, 18)).margin(2));
        CHECK(outcome.failed == 0);
    }
}

TEST_CASE("a policy that probes by itself leaves listed servers alone", "[listed]")
{
    Json json = Small("[]", "event");
    json["agents"].push_back(Json{{"name", "b"}, {"agent", false}, {"delay_ms", 1}});
    CHECK(Run(json, "expected-latency", "prequal-pool:0.84").failed == 0);
}

TEST_CASE("events that need an agent are refused where there is none", "[listed]")
{
    for (const std::string rest : {R"("silence")", R"("drain")", R"("lie", "report": {"cpu": 1})"})
    {
        CheckErrors({{Listed(R"([{"at_s": 1, "agents": "a[0]", "do": )" + rest + "}]", "event"),
                      "expected what befalls a server: the group a has no agent"}});
    }
    for (const std::string does : {"crash", "fail", "leave", "join", "recover"})
    {
        CHECK(ErrorOf(Listed(R"([{"at_s": 1, "agents": "a[0]", "do": ")" + does + "\"}]",
                             "event")) == "");
    }
    CheckErrors({{With("/agents/0/agent", "0"), "agents[0].agent: expected true or false"}});
    CHECK(ReadBack(With("/agents/0/agent", "false")).agents[0].hasAgent == false);
    CHECK(ReadBack(Minimal()).agents[0].hasAgent);
}
