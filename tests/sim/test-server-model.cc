#include "model/ns3/adapters.h"
#include "model/ns3/server-model.h"
#include "tests/catch.h"

#include "ns3/simulator.h"

#include <map>

using namespace sonda;
using namespace sonda::sim;

namespace
{

/** A server, and when and how each of its requests ended. */
class Bench
{
  public:
    explicit Bench(const ServerOptions& options)
        : server(options, ns3::MakeCallback(&Bench::OnEnded, this))
    {
    }

    ~Bench()
    {
        ns3::Simulator::Destroy();
    }

    void
    SubmitAt(double seconds, std::uint64_t tag, double work)
    {
        ns3::Simulator::Schedule(ns3::Seconds(seconds), &ServerModel::Submit, &server, tag, work);
    }

    double
    EndOf(std::uint64_t tag) const
    {
        return ends.at(tag).first;
    }

    ServerModel server;
    std::map<std::uint64_t, std::pair<double, bool>> ends;

  private:
    void
    OnEnded(std::uint64_t tag, bool good)
    {
        REQUIRE(ends.count(tag) == 0);
        ends[tag] = {ns3::Simulator::Now().GetSeconds(), good};
    }
};

ServerOptions
Plain(Discipline discipline, double cores = 1, double speed = 1)
{
    ServerOptions options;
    options.discipline = discipline;
    options.cores = cores;
    options.speed = speed;
    return options;
}

/** The clock counts whole nanoseconds. */
auto
Near(double seconds)
{
    return Approx(seconds).margin(5e-9);
}

} // namespace

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
    bench.SubmitAt(0, 1, 1.0);
    ns3::Simulator::Schedule(ns3::Seconds(0.5), &ServerModel::SetFailing, &bench.server, true);
    bench.SubmitAt(0.75, 2, 1.0);
    ns3::Simulator::Schedule(ns3::Seconds(2), &ServerModel::SetFailing, &bench.server, false);
    bench.SubmitAt(2, 3, 1.0);
    ns3::Simulator::Run();
    CHECK(bench.EndOf(1) == Near(1));
    CHECK(bench.ends.at(1).second);
    CHECK(bench.EndOf(2) == Near(0.75));
    CHECK_FALSE(bench.ends.at(2).second);
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
    const ns3::Callback<void, std::uint64_t, bool> count([&](std::uint64_t, bool) { ++ended; });
    {
        ServerModel server(Plain(Discipline::FCFS), count);
        server.Submit(1, 1);
    }
    ns3::Simulator::Run();
    CHECK(ended == 0);
    ns3::Simulator::Destroy();
}
