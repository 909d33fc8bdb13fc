#include "tests/sim/server-bench.h"

using namespace sonda;
using namespace sonda::sim;
using namespace sonda::sim::test;

TEST_CASE("a slow server works at a fraction of its speed", "[server-model]")
{
    Bench bench(Plain(Discipline::FCFS, 1, 2));
    bench.SubmitAt(0, 1, 2.0);
    ns3::Simulator::Schedule(ns3::Seconds(0.5), &ServerModel::SetSpeedFactor, &bench.server, 0.25);
    ns3::Simulator::Schedule(ns3::Seconds(1.5), &ServerModel::SetSpeedFactor, &bench.server, 1.0);
    ns3::Simulator::Run();
    // 1 s of work by 0.5, half a second of it by 1.5, the last half by 1.75.
    CHECK(bench.EndOf(1) == Near(1.75));
    CHECK(bench.server.Capacity() == 2);
}

TEST_CASE("a server that fails ends at once what comes, and finishes what it has", "[server-model]")
{
    Bench bench(Plain(Discipline::FCFS));
    const auto fail = [&](double atS, RequestEnd how) {
        ns3::Simulator::Schedule(ns3::Seconds(atS),
                                 [&bench, how]() { bench.server.SetFailing(how); });
    };
    bench.SubmitAt(0, 1, 1.0);
    fail(0.5, RequestEnd::RESET);
    bench.SubmitAt(0.75, 2, 1.0);
    fail(0.8, RequestEnd::EMPTY);
    bench.SubmitAt(0.85, 4, 1.0);
    fail(2, RequestEnd::SERVED);
    bench.SubmitAt(2, 3, 1.0);
    ns3::Simulator::Run();
    CHECK(bench.EndOf(1) == Near(1));
    CHECK(bench.ends.at(1).second);
    CHECK(bench.EndOf(2) == Near(0.75));
    CHECK(bench.ways.at(2) == RequestEnd::RESET);
    CHECK(bench.EndOf(4) == Near(0.85));
    CHECK(bench.ways.at(4) == RequestEnd::EMPTY);
    CHECK(bench.EndOf(3) == Near(3));
    CHECK(bench.ends.at(3).second);
}

TEST_CASE("a server that stops listening finishes what it has", "[server-model]")
{
    Bench bench(Plain(Discipline::FCFS));
    bench.server.Submit(1, 1);
    bench.server.StopListening();
    CHECK(bench.server.IsUp());
    CHECK_FALSE(bench.server.IsListening());
    ns3::Simulator::Run();
    CHECK(bench.ends.at(1).second);
    bench.server.Recover();
    CHECK(bench.server.IsListening());
    bench.server.Crash();
    CHECK_FALSE(bench.server.IsUp());
    CHECK_FALSE(bench.server.IsListening());
}

TEST_CASE("work left is the time until the server would be empty", "[server-model]")
{
    for (const auto discipline :
         {Discipline::FCFS, Discipline::LCFS, Discipline::PROCESSOR_SHARING})
    {
        Bench bench(Plain(discipline, 2, 0.5));
        CHECK(bench.server.WorkLeft() == 0);
        for (std::uint64_t tag = 0; tag < 4; ++tag)
        {
            bench.server.Submit(tag, 1);
        }
        CHECK(bench.server.WorkLeft() == Approx(4)); // 4 s of work at 1 s a second
        double later = 0;
        ns3::Simulator::Schedule(ns3::Seconds(1), [&]() { later = bench.server.WorkLeft(); });
        double slowed = 0;
        ns3::Simulator::Schedule(ns3::Seconds(1.5),
                                 [&]()
                                 {
                                     bench.server.SetSpeedFactor(0.5);
                                     bench.server.SetBackground(0.5);
                                     slowed = bench.server.WorkLeft();
                                     bench.server.SetSpeedFactor(1);
                                     bench.server.SetBackground(0);
                                 });
        ns3::Simulator::Run();
        CHECK(later == Approx(3));
        CHECK(slowed == Approx(10));
        CHECK(ns3::Simulator::Now().GetSeconds() == Near(4));
        CHECK(bench.server.WorkLeft() == 0);
    }
}

TEST_CASE("a report tells rate and time of what was lately completed", "[server-model]")
{
    Bench bench(Plain(Discipline::FCFS));
    CHECK_FALSE(bench.server.MakeReport().serviceTime);
    for (int i = 0; i < 4; ++i)
    {
        bench.SubmitAt(1.05, i, 0.1); // they take 0.1, 0.2, 0.3 and 0.4 s
    }
    Report report;
    ns3::Simulator::Schedule(ns3::Seconds(2.5), [&]() { report = bench.server.MakeReport(); });
    ns3::Simulator::Run();
    CHECK(report.rate == 4.0);
    CHECK(*report.serviceTime == Approx(0.25));
}

TEST_CASE("a server may be destroyed before the simulator", "[server-model]")
{
    std::uint64_t ended = 0;
    const ServerModel::Ended count([&](std::uint64_t, RequestEnd) { ++ended; });
    {
        ServerModel server(Plain(Discipline::FCFS), count);
        server.Submit(1, 1);
    }
    ns3::Simulator::Run();
    CHECK(ended == 0);
    ns3::Simulator::Destroy();
}
