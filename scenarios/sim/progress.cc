#include "scenarios/sim/progress.h"

#include "ns3/simulator.h"

#include <cstdio>

namespace sonda::sim
{

namespace
{

/** Looks at the wall clock this often in a run; more would cost, less would be seen. */
constexpr int LOOKS = 2000;

double
Seconds(std::chrono::steady_clock::duration length)
{
    return std::chrono::duration<double>(length).count();
}

} // namespace

Progress::Progress(ns3::Time duration, std::function<std::uint64_t()> requests)
    : m_duration(duration),
      m_requests(std::move(requests)),
      m_start(WallClock::now()),
      m_shown(m_start)
{
    Look();
}

Progress::~Progress()
{
    if (m_any)
    {
        std::fputc('\n', stderr);
    }
}

void
Progress::Look()
{
    const auto now = WallClock::now();
    if (now - m_shown >= std::chrono::seconds(1))
    {
        Show(now);
        m_shown = now;
    }
    // Once the duration is over the run ends when its requests have; it must not be kept alive.
    if (ns3::Simulator::Now() < m_duration)
    {
        ++m_events;
        ns3::Simulator::Schedule(m_duration / LOOKS, &Progress::Look, this);
    }
}

void
Progress::Show(WallClock::time_point now)
{
    const double done = ns3::Simulator::Now().GetSeconds() / m_duration.GetSeconds();
    const double wall = Seconds(now - m_start);
    const auto requests = m_requests();
    std::fprintf(stderr,
                 "\r%.1f of %.1f s simulated, %llu requests, %.0f requests/s, %.0f s left   ",
                 ns3::Simulator::Now().GetSeconds(),
                 m_duration.GetSeconds(),
                 static_cast<unsigned long long>(requests),
                 static_cast<double>(requests) / wall,
                 done > 0 ? wall * (1 - done) / done : 0.0);
    std::fflush(stderr);
    m_any = true;
}

} // namespace sonda::sim
