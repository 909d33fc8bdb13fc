#include "tests/sim/server-bench.h"

using namespace sonda;
using namespace sonda::sim;
using namespace sonda::sim::test;

TEST_CASE("first come, first served: one after the other", "[server-model]")
{
    Bench bench(Plain(Discipline::FCFS));
    bench.SubmitAt(0, 1, 1.0);
    bench.SubmitAt(0.5, 2, 0.25);
    bench.SubmitAt(2.0, 3, 0.5);
    ns3::Simulator::Run();
    CHECK(bench.EndOf(1) == Near(1.0));
    CHECK(bench.EndOf(2) == Near(1.25));
    CHECK(bench.EndOf(3) == Near(2.5));
}

TEST_CASE("processor sharing: two at half the speed each", "[server-model]")
{
    Bench bench(Plain(Discipline::PROCESSOR_SHARING));
    bench.SubmitAt(0, 1, 1.0);
    bench.SubmitAt(0.5, 2, 0.25);
    ns3::Simulator::Run();
    // From 0.5 on both get half: 2 needs 0.5 s; 1 has then 0.25 left and the core for itself.
    CHECK(bench.EndOf(2) == Near(1.0));
    CHECK(bench.EndOf(1) == Near(1.25));
}

TEST_CASE("last come, first served: the newest that waits is next", "[server-model]")
{
    Bench bench(Plain(Discipline::LCFS));
    bench.SubmitAt(0, 1, 1.0);
    bench.SubmitAt(0.25, 2, 1.0);
    bench.SubmitAt(0.5, 3, 1.0);
    ns3::Simulator::Run();
    CHECK(bench.EndOf(1) == Near(1)); // is not interrupted
    CHECK(bench.EndOf(3) == Near(2));
    CHECK(bench.EndOf(2) == Near(3));
}

TEST_CASE("limited processor sharing: the first few share, the others wait", "[server-model]")
{
    ServerOptions options = Plain(Discipline::LIMITED_PROCESSOR_SHARING);
    options.concurrency = 2;
    {
        Bench bench(options);
        bench.SubmitAt(0, 1, 1.0);
        bench.SubmitAt(0, 2, 0.5);
        bench.SubmitAt(0, 3, 0.5);
        ns3::Simulator::Run();
        // 1 and 2 share until 2 has its half a second at 1; then 1 and 3 until both end at 2.
        CHECK(bench.EndOf(2) == Near(1));
        CHECK(bench.EndOf(1) == Near(2));
        CHECK(bench.EndOf(3) == Near(2));
    }
    options.cores = 4;
    Bench wide(options);
    for (std::uint64_t tag = 0; tag < 3; ++tag)
    {
        wide.SubmitAt(0, tag, 1.0);
    }
    ns3::Simulator::Run();
    // More cores than requests in service: none does more than one core's work.
    CHECK(wide.EndOf(0) == Near(1));
    CHECK(wide.EndOf(2) == Near(2));
}

TEST_CASE("cores work side by side, and speed divides the time", "[server-model]")
{
    for (const auto discipline :
         {Discipline::FCFS, Discipline::LCFS, Discipline::PROCESSOR_SHARING})
    {
        Bench bench(Plain(discipline, 2, 0.5));
        bench.SubmitAt(0, 1, 1.0);
        bench.SubmitAt(0, 2, 1.0);
        ns3::Simulator::Run();
        CHECK(bench.EndOf(1) == Near(2.0));
        CHECK(bench.EndOf(2) == Near(2.0));
    }
}

TEST_CASE("background load takes its share of the CPU and shows in the report", "[server-model]")
{
    Bench bench(Plain(Discipline::FCFS));
    bench.server.SetBackground(0.5);
    bench.SubmitAt(0, 1, 1.0);
    ns3::Simulator::Schedule(ns3::Seconds(1), &ServerModel::SetBackground, &bench.server, 0.0);
    ns3::Simulator::Run();
    CHECK(bench.EndOf(1) == Near(1.5));

    Bench idle(Plain(Discipline::FCFS));
    idle.server.SetBackground(0.25);
    Report report;
    ns3::Simulator::Schedule(ns3::Seconds(3), [&]() { report = idle.server.MakeReport(); });
    ns3::Simulator::Run();
    CHECK(report.cpu == Approx(75));
}

TEST_CASE("a server whose requests do not fit into memory works at a tenth", "[server-model]")
{
    ServerOptions options = Plain(Discipline::FCFS);
    options.ramBytes = 10;
    options.requestRamBytes = 6;
    Bench bench(options);
    bench.SubmitAt(0, 1, 0.1);
    bench.SubmitAt(0, 2, 0.1);
    ns3::Simulator::Run();
    // Two need 12 of 10 bytes: the first takes ten times as long; the second has room.
    CHECK(bench.EndOf(1) == Near(1.0));
    CHECK(bench.EndOf(2) == Near(1.1));
}

TEST_CASE("free memory falls with every request that is present", "[server-model]")
{
    ServerOptions options = Plain(Discipline::PROCESSOR_SHARING);
    options.ramBytes = 100;
    options.requestRamBytes = 8;
    Bench bench(options);
    bench.server.Submit(1, 1);
    bench.server.Submit(2, 1);
    const Report report = bench.server.MakeReport();
    CHECK(report.ram == 84);
    CHECK(report.ramTotal == 100.0);
    CHECK(report.inFlight == 2U);
}

TEST_CASE("a crash ends all requests badly, once", "[server-model]")
{
    for (const auto discipline : {Discipline::FCFS, Discipline::PROCESSOR_SHARING})
    {
        Bench bench(Plain(discipline));
        for (std::uint64_t tag = 0; tag < 5; ++tag)
        {
            bench.SubmitAt(0, tag, 1.0);
        }
        ns3::Simulator::Schedule(ns3::Seconds(1.5), &ServerModel::Crash, &bench.server);
        ns3::Simulator::Schedule(ns3::Seconds(2), &ServerModel::Recover, &bench.server);
        bench.SubmitAt(3, 9, 1.0);
        ns3::Simulator::Run();
        int good = 0;
        for (const auto& [tag, end] : bench.ends)
        {
            good += end.second ? 1 : 0;
        }
        CHECK(bench.ends.size() == 6);
        CHECK(good == (discipline == Discipline::FCFS ? 2 : 1));
        CHECK(bench.EndOf(9) == Near(4.0));
    }
}
