/**
 * The fastest that an ns-3 simulation can be: a loop of events that do nothing but schedule the
 * next.
 *
 *     bench-empty-events --pending=1000 --events=2000000
 *
 * `pending` events wait at any time, as in the simulation that this is compared with; the delays
 * are exponential and drawn beforehand, so that no random number is paid for. Prints one line of
 * JSON: events, and seconds of wall time for the loop alone.
 */
#include "ns3/core-module.h"

#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <iostream>
#include <random>

namespace
{

/** Delays to take in turn; a power of two, so that the turn is a mask. Their mean does not matter.
 */
std::array<ns3::Time, 4096> g_delays;
std::size_t g_turn = 0;

void
Tick()
{
    g_turn = (g_turn + 1) & (g_delays.size() - 1);
    ns3::Simulator::Schedule(g_delays[g_turn], &Tick);
}

void
DrawDelays()
{
    std::mt19937 random(1);
    std::exponential_distribution<double> seconds(1.0);
    for (auto& delay : g_delays)
    {
        delay = ns3::NanoSeconds(std::llround(1e9 * seconds(random)));
    }
}

} // namespace

int
main(int argc, char* argv[])
{
    // The scheduler of sonda-sim.
    ns3::GlobalValue::Bind("SchedulerType", ns3::StringValue("ns3::PriorityQueueScheduler"));
    std::uint32_t pending = 1000;
    std::uint64_t events = 1000000;
    ns3::CommandLine command(__FILE__);
    command.AddValue("pending", "Events that wait at any time", pending);
    command.AddValue("events", "Events to execute", events);
    command.Parse(argc, argv);
    if (pending < 1 || events < 1)
    {
        std::cerr << "bench-empty-events: --pending=" << pending << ", --events=" << events
                  << ": both must be 1 or more\n";
        return 1;
    }

    DrawDelays();
    for (std::uint32_t i = 0; i < pending; ++i)
    {
        Tick();
    }
    // Each event has the mean delay of one second, so `pending` are executed in one.
    ns3::Simulator::Stop(ns3::Seconds(static_cast<double>(events) / pending));
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpuStart = std::clock();
    ns3::Simulator::Run();
    const std::clock_t cpuEnd = std::clock();
    const auto end = std::chrono::steady_clock::now();
    std::cout << R"({"events": )" << ns3::Simulator::GetEventCount() << R"(, "wall_s": )"
              << std::chrono::duration<double>(end - start).count() << R"(, "cpu_s": )"
              << static_cast<double>(cpuEnd - cpuStart) / CLOCKS_PER_SEC << "}\n";
    ns3::Simulator::Destroy();
}
