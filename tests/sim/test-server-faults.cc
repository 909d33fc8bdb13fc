#include "tests/sim/small-world.h"

#include "ns3/simulator.h"

using namespace sonda;
using namespace sonda::sim;
using namespace sonda::sim::test;

TEST_CASE("a server that fails costs its requests until it recovers", "[happenings]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome outcome = Run(Small(R"([{"at_s": 5.5, "agents": "a[0]", "do": "fail"},
                                              {"at_s": 10.5, "agents": "a[0]", "do": "recover"}])",
                                          fidelity));
        // Five a second for five seconds; the proxy may let it rest.
        CHECK(outcome.failed >= 5);
        CHECK(outcome.failed <= 25);
        std::uint64_t late = 0;
        for (const auto& [window, failures] : outcome.failures.at("a[0]"))
        {
            late += window >= 11 ? failures : 0;
        }
        CHECK(late == 0);
        CHECK(outcome.Picks("a[0]", 2, 5) == 15);
    }
}

TEST_CASE("a server that ends without a byte fails its requests and looks well", "[happenings]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome outcome =
            Run(Small(R"([{"at_s": 5.5, "agents": "a[0]", "do": "fail", "how": "end"},
                          {"at_s": 10.5, "agents": "a[0]", "do": "recover"}])",
                      fidelity));
        // Five a second for five seconds, of which the proxy hears nothing bad.
        CHECK(outcome.failed == 25);
        for (const auto& [window, failures] : outcome.failures.at("a[0]"))
        {
            CHECK(failures == 0);
        }
        CHECK(outcome.retries == 0);
        CHECK(outcome.Picks("a[0]", 6, 10) == 20);
    }
}

TEST_CASE("a server that crashes alone refuses while its agent answers", "[happenings]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome outcome = Run(Small(R"([{"at_s": 5.5, "agents": "a[1]", "do": "server-crash"},
                          {"at_s": 6.5, "agents": "a[1]", "do": "server-crash"},
                          {"at_s": 10.5, "agents": "a[1]", "do": "recover"}])",
                                          fidelity));
        // It rests until its next report, for 2 reports, for 4: each time a retry finds it down.
        CHECK(outcome.retries == 3);
        CHECK(outcome.failed <= 1);
        CHECK(outcome.Picks("a[1]", 2, 5) == 15);
        CHECK(outcome.Picks("a[1]", 6, 11) == 2);
        CHECK(outcome.Picks("a[1]", 14, 19) == 25);
    }
}

TEST_CASE("an agent whose server is gone tells no connections", "[happenings]")
{
    ServerModel server(ServerOptions(), ServerModel::Ended([](std::uint64_t, RequestEnd) {}));
    CHECK(server.MakeReport().inFlight == 0U);
    server.Crash();
    CHECK_FALSE(server.MakeReport().inFlight);
    server.Recover();
    CHECK(server.MakeReport().inFlight == 0U);
    ns3::Simulator::Destroy();
}
