#include "scenarios/sim/happenings.h"
#include "tests/sim/small-world.h"

#include "ns3/simulator.h"

#include <map>
#include <string>

using namespace sonda;
using namespace sonda::sim;
using namespace sonda::sim::test;

TEST_CASE("a silent agent is no candidate after three intervals, until it recovers", "[happenings]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome outcome = Run(Small(R"([{"at_s": 5.5, "agents": "a[1]", "do": "silence"},
                                              {"at_s": 14.5, "agents": "a[1]", "do": "recover"}])",
                                          fidelity));
        CHECK(outcome.Picks("a[1]", 2, 5) == 15);
        CHECK(outcome.Picks("a[1]", 5, 8) >= 14); // stale is a candidate still
        CHECK(outcome.Picks("a[1]", 9, 14) == 0);
        CHECK(outcome.Picks("a[1]", 16, 19) == 15);
        CHECK(outcome.failed == 0);
        CHECK(outcome.retries == 0);
    }
}

TEST_CASE("an agent that leaves refuses, serves what it has, and may join again", "[happenings]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        Json json = Small(R"([{"at_s": 5.5, "agents": "a[1]", "do": "leave"},
                              {"at_s": 14.5, "agents": "a[1]", "do": "join"}])",
                          fidelity);
        // Long requests, so that some are in service when it leaves.
        json["workload"]["service_ms"] = 200;
        json["workload"]["load"] = 0.8;
        const Outcome outcome = Run(json);
        CHECK(outcome.failed == 0);
        CHECK(outcome.retries >= 1);
        CHECK(outcome.Picks("a[1]", 2, 5) == 12);
        CHECK(outcome.Picks("a[1]", 9, 14) == 0);
        CHECK(outcome.Picks("a[1]", 16, 19) == 12);
    }
}

TEST_CASE("an agent that joins first is absent before", "[happenings]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome outcome =
            Run(Small(R"([{"at_s": 10.5, "agents": "a[2]", "do": "join"}])", fidelity));
        CHECK(outcome.Picks("a[2]", 0, 10) == 0);
        CHECK(outcome.Picks("a[2]", 12, 19) == 35);
        CHECK(outcome.failed == 0);
        CHECK(outcome.retries == 0);
    }
}

TEST_CASE("an agent that drains gets nothing new after its next report", "[happenings]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome outcome = Run(Small(R"([{"at_s": 5.5, "agents": "a[0]", "do": "drain"},
                                              {"at_s": 14.5, "agents": "a[0]", "do": "recover"}])",
                                          fidelity));
        CHECK(outcome.Picks("a[0]", 2, 5) == 15);
        CHECK(outcome.Picks("a[0]", 7, 14) == 0);
        CHECK(outcome.Picks("a[0]", 16, 19) == 15);
        CHECK(outcome.failed == 0);
    }
}

TEST_CASE("an agent that lies is believed, until it recovers", "[happenings]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        // All are idle; a[2] claims more unused CPU than there is elsewhere, then less.
        const auto lie = [](const std::string& at, const std::string& agent, const std::string& cpu)
        {
            return R"({"at_s": )" + at + R"(, "agents": ")" + agent +
                   R"(", "do": "lie", "report": {"cpu": )" + cpu + "}}";
        };
        const std::string events = "[" + lie("4.5", "a", "50") + "," + lie("4.5", "a[2]", "60") +
                                   "," + lie("10.5", "a[2]", "40") + "]";
        const Outcome outcome = Run(Small(events, fidelity), "cpu", "best");
        CHECK(outcome.Picks("a[2]", 6, 10) == 60);
        CHECK(outcome.Picks("a[2]", 12, 19) == 0);
    }
}

TEST_CASE("what a lie leaves out stays true, and draining is no lie", "[happenings]")
{
    const Scenario scenario = Scenario::Read(With("/events",
                                                  R"([{"at_s": 1, "agents": "a[1]", "do": "lie",
                  "report": {"cpu": 90, "ram_mb": 7, "in_flight": 3, "service_ms": 20, "rate": 5}},
                 {"at_s": 2, "agents": "a[1]", "do": "drain"},
                 {"at_s": 3, "agents": "a[1]", "do": "recover"}])"),
                                             "file.json");
    ServerModel server(ServerOptions(), ServerModel::Ended([](std::uint64_t, RequestEnd) {}));
    Happenings happenings(scenario);
    for (const char* const id : {"a[0]", "a[1]"})
    {
        happenings.Add({id, &server, nullptr, [](bool) {}});
    }
    happenings.Schedule();
    Report truth;
    truth.cpu = 12;
    truth.cpu10s = 13;
    truth.weight = 3;
    truth.ram = 34;
    truth.load1 = 5.5;
    std::map<int, Report> told;
    for (const int half : {1, 3, 5, 7})
    {
        ns3::Simulator::Schedule(ns3::Seconds(0.5 * half),
                                 [&, half]() { told[half] = happenings.Told(1, truth); });
    }
    ns3::Simulator::Run();
    ns3::Simulator::Destroy();
    CHECK(told[1].ram == 34);
    CHECK_FALSE(told[1].inFlight);
    CHECK(told[3].ram == 7e6);
    CHECK(told[1].cpu10s == 13.0);
    CHECK(told[3].cpu == 90);
    CHECK(told[3].cpu10s == 90.0);
    CHECK(told[3].weight == 3.0);
    CHECK(told[3].load1 == 5.5);
    CHECK(told[3].inFlight == 3U);
    CHECK(*told[3].serviceTime == Approx(0.02));
    CHECK(told[3].rate == 5.0);
    CHECK(told[3].state == ServerState::READY);
    CHECK(told[5].state == ServerState::DRAIN);
    CHECK(told[5].ram == 7e6);
    CHECK(told[7].state == ServerState::READY);
    CHECK(told[7].ram == 34);
    CHECK(happenings.Told(0, truth).ram == 34);
}

TEST_CASE("a slow server takes as much longer, in every fidelity", "[happenings]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        Json json =
            Small(R"([{"at_s": 10, "agents": "a", "do": "slow", "factor": 0.25}])", fidelity);
        ns3::RngSeedManager::SetRun(1);
        World world(Scenario::Read(json, "small"),
                    std::move(*Catalogue::BuiltIn().Find("none")),
                    "round-robin");
        world.Run();
        // 4 dc + 4 da = 8 ms, and 20 or 80 ms of work, about half of the time each.
        const LogHistogram& times = world.Recorder().ResponseTimes();
        CHECK(times.Quantile(0.25) == Approx(0.028).epsilon(0.02));
        CHECK(times.Quantile(0.75) == Approx(0.088).epsilon(0.02));
    }
}

TEST_CASE("an agent is silent before the requests of its crash end", "[happenings]")
{
    // Or it would tell that its server is idle.
    const Scenario scenario =
        Scenario::Read(With("/events", R"([{"at_s": 1, "agents": "a[0]", "do": "crash"}])"),
                       "file.json");
    std::vector<std::string> seen;
    ServerModel server(
        ServerOptions(),
        ServerModel::Ended([&seen](std::uint64_t, RequestEnd how)
                           { seen.emplace_back(how == RequestEnd::SERVED ? "served" : "lost"); }));
    Happenings happenings(scenario);
    happenings.Add({"a[0]", &server, nullptr, [&seen](bool silent) {
                        seen.emplace_back(silent ? "silent" : "heard");
                    }});
    happenings.Schedule();
    ns3::Simulator::Schedule(ns3::Seconds(0.5), [&]() { server.Submit(1, 10); });
    ns3::Simulator::Run();
    ns3::Simulator::Destroy();
    REQUIRE(seen.size() >= 2);
    CHECK(seen[0] == "silent");
    CHECK(seen[1] == "lost");
}

TEST_CASE("who waits for one queue is served after the whole fleet was silent", "[happenings]")
{
    for (const char* const fidelity : {"event", "request"})
    {
        INFO(fidelity);
        Json json = Small(R"([{"at_s": 5.5, "agents": "a", "do": "silence"},
                              {"at_s": 11.5, "agents": "a", "do": "recover"}])",
                          fidelity);
        json["workload"]["service_ms"] = 2000;
        json["workload"]["load"] = 1.2;
        json["duration_s"] = 15;
        const Outcome outcome = Run(json, "none", "central-queue");
        CHECK(outcome.failed == 0);
        CHECK(outcome.Picks("a[0]", 12, 15) + outcome.Picks("a[1]", 12, 15) >= 2);
    }
}

TEST_CASE("all may join when the simulation begins", "[happenings]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome outcome =
            Run(Small(R"([{"at_s": 0, "agents": "a", "do": "join"}])", fidelity));
        CHECK(outcome.failed == 0);
        CHECK(outcome.Picks("a[0]", 2, 5) == 15);
    }
}

TEST_CASE("a new load changes the rate at its moment", "[happenings]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome outcome =
            Run(Small(R"([{"at_s": 10, "do": "load", "load": 0.3}])", fidelity));
        std::uint64_t before = 0;
        std::uint64_t after = 0;
        for (const char* const id : {"a[0]", "a[1]", "a[2]"})
        {
            before += outcome.Picks(id, 5, 10);
            after += outcome.Picks(id, 11, 16);
        }
        CHECK(before == 75);
        CHECK(after == 225);
    }
}

TEST_CASE("events that find nothing to change change nothing", "[happenings]")
{
    for (const auto& fidelity : FIDELITIES)
    {
        INFO(fidelity);
        const Outcome outcome = Run(Small(R"([{"at_s": 3, "agents": "a", "do": "recover"},
                                              {"at_s": 3, "agents": "a", "do": "recover"},
                                              {"at_s": 4.5, "agents": "a[0]", "do": "crash"},
                                              {"at_s": 5, "agents": "a[0]", "do": "crash"},
                                              {"at_s": 6, "agents": "a[0]", "do": "join"},
                                              {"at_s": 6, "agents": "a[0]", "do": "slow", "factor": 0.1},
                                              {"at_s": 10, "agents": "a[0]", "do": "recover"},
                                              {"at_s": 10, "agents": "a[0]", "do": "recover"}])",
                                          fidelity));
        CHECK(outcome.Picks("a[0]", 8, 10) == 0);
        CHECK(outcome.Picks("a[0]", 14, 19) == 25);
        CHECK(outcome.failed <= 1);
    }
}
