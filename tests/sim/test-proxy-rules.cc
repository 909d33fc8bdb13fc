#include "tests/sim/small-world.h"

#include <string>

using namespace sonda;
using namespace sonda::sim;
using namespace sonda::sim::test;

/** What a scenario's rules do in a run; reading them is tested in test-scenario-proxy.cc. */

namespace
{

const char* const JOINS = R"([{"at_s": 10.5, "agents": "a[2]", "do": "join"}])";

Outcome
RunBy(const std::string& proxy, const std::string& events, const std::string& fidelity)
{
    Json json = Small(events, fidelity);
    json["proxy"] = Json::parse(proxy);
    return Run(json);
}

} // namespace

TEST_CASE("slow start spares an agent that joins, for as long as the scenario says", "[proxy]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome bare = RunBy(R"("bare")", JOINS, fidelity);
        const Outcome slow = RunBy(R"({"slow_start_s": 100})", JOINS, fidelity);
        const Outcome quick = RunBy(R"({"slow_start_s": 0.001})", JOINS, fidelity);
        CHECK(bare.Picks("a[2]", 12, 19) == 35);
        CHECK(quick.Picks("a[2]", 12, 19) == 35);
        // A tenth of its picks, and a little more with every second.
        CHECK(slow.Picks("a[2]", 12, 19) >= 1);
        CHECK(slow.Picks("a[2]", 12, 19) <= 14);
        CHECK(slow.failed == 0);
    }
}

TEST_CASE("a share to begin with of 1 is no slow start", "[proxy]")
{
    const Outcome all = RunBy(R"({"slow_start_s": 100, "slow_start_from": 1})", JOINS, "event");
    CHECK(all.Picks("a[2]", 12, 19) == 35);
}

TEST_CASE("in a panic the silent are picked, too", "[proxy]")
{
    const char* const silent = R"([{"at_s": 5.5, "agents": "a[1]", "do": "silence"},
                                   {"at_s": 5.5, "agents": "a[2]", "do": "silence"}])";
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome bare = RunBy(R"("bare")", silent, fidelity);
        CHECK(bare.Picks("a[0]", 10, 15) == 75);
        const Outcome panic = RunBy(R"({"panic_below": 0.5})", silent, fidelity);
        CHECK(panic.Picks("a[0]", 10, 15) == 25);
        CHECK(panic.Picks("a[1]", 10, 15) == 25);
        // A third of them answers: by a lower mark that is no panic.
        const Outcome calm = RunBy(R"({"panic_below": 0.3})", silent, fidelity);
        CHECK(calm.Picks("a[0]", 10, 15) == 75);
    }
}

TEST_CASE("a table that is full knows nobody else", "[proxy]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome outcome = RunBy(R"({"max_agents": 2})", "[]", fidelity);
        std::uint64_t picked = 0;
        for (const char* agent : {"a[0]", "a[1]", "a[2]"})
        {
            picked += outcome.Picks(agent, 2, 18) > 0 ? 1 : 0;
        }
        CHECK(picked == 2);
        CHECK(outcome.failed == 0);
    }
}

TEST_CASE("what ships changes nothing where nothing breaks", "[proxy]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome bare = RunBy(R"("bare")", "[]", fidelity);
        const Outcome shipped = RunBy(R"("as-shipped")", "[]", fidelity);
        CHECK(bare.picks == shipped.picks);
        CHECK(bare.requests == shipped.requests);
        CHECK(shipped.failed == 0);
    }
}

TEST_CASE("a reload changes the rules from its moment on", "[proxy]")
{
    const std::string reload =
        R"({"at_s": 9, "do": "proxy-reload", "proxy": {"slow_start_s": 100}})";
    const std::string join = R"({"at_s": 10.5, "agents": "a[2]", "do": "join"})";
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome slow = RunBy(R"("bare")", "[" + reload + ", " + join + "]", fidelity);
        CHECK(slow.Picks("a[2]", 12, 19) <= 14);
        CHECK(slow.failed == 0);
        // Bare again.
        const std::string back = R"({"at_s": 12, "do": "proxy-reload", "proxy": "bare"})";
        const Outcome bare =
            RunBy(R"({"slow_start_s": 100})", "[" + join + ", " + back + "]", fidelity);
        CHECK(bare.Picks("a[2]", 13, 19) == 30);
    }
}

TEST_CASE("a proxy that drains takes no more clients and finishes what it has", "[proxy]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome all =
            RunBy(R"("bare")", R"([{"at_s": 10.01, "do": "proxy-drain"}])", fidelity);
        CHECK(all.Picks("a[0]", 0, 10) + all.Picks("a[1]", 0, 10) + all.Picks("a[2]", 0, 10) > 120);
        CHECK(all.Picks("a[0]", 11, 20) == 0);
        CHECK(all.failed == Approx(150).margin(3));
        // One of two: the clients of the other notice nothing.
        Json json = Small(R"([{"at_s": 10.01, "do": "proxy-drain", "number": 1}])", fidelity);
        json["monitors"] = 2;
        json["clients"]["count"] = 2;
        CHECK(Run(json).failed == Approx(75).margin(3));
    }
}
