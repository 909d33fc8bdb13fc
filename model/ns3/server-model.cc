#include "model/ns3/server-model.h"

#include "model/ns3/adapters.h"

#include "ns3/abort.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sonda::sim
{

namespace
{

/** How fast a server works whose requests do not fit into memory (docs/design.md, section 6). */
constexpr double THRASHING_SPEED = 0.1;

} // namespace

ServerModel::ServerModel(const ServerOptions& options, Ended ended)
    : m_options(options),
      m_ended(ended),
      m_cpu(options.sampleInterval, options.samplePhase)
{
}

ServerModel::~ServerModel()
{
    m_timer.Cancel();
}

std::size_t
ServerModel::MostInService() const
{
    switch (m_options.discipline)
    {
    case Discipline::PROCESSOR_SHARING:
        return std::numeric_limits<std::size_t>::max();
    case Discipline::LIMITED_PROCESSOR_SHARING:
        return m_options.concurrency;
    case Discipline::FCFS:
    case Discipline::LCFS:
        break;
    }
    return static_cast<std::size_t>(m_options.cores);
}

double
ServerModel::Rate() const
{
    double rate = m_options.speed * (1 - m_background);
    rate *= std::min(1.0, m_options.cores / static_cast<double>(m_inService.size()));
    const double needed = static_cast<double>(InFlight()) * m_options.requestRamBytes;
    return needed > m_options.ramBytes ? rate * THRASHING_SPEED : rate;
}

double
ServerModel::WorkLeft() const
{
    const double since = ToSeconds(Now() - m_clockAt) * Rate();
    const double left = m_workLeft - since * static_cast<double>(m_inService.size());
    return std::max(0.0, left) / (Capacity() * (1 - m_background));
}

double
ServerModel::BusyShare() const
{
    const auto working = std::min(static_cast<double>(m_inService.size()), m_options.cores);
    return m_background + (1 - m_background) * working / m_options.cores;
}

void
ServerModel::AdvanceClock()
{
    const Instant now = Now();
    if (now == m_clockAt)
    {
        return;
    }
    m_cpu.Advance(now, BusyShare());
    if (m_inService.empty())
    {
        // Nobody holds a time of this clock: from zero its numbers keep their precision.
        m_clock = 0;
        m_workLeft = 0;
    }
    else
    {
        const double done = ToSeconds(now - m_clockAt) * Rate();
        m_clock += done;
        m_workLeft -= done * static_cast<double>(m_inService.size());
    }
    m_clockAt = now;
}

void
ServerModel::Submit(std::uint64_t tag, double work)
{
    NS_ABORT_MSG_IF(!m_up, "a request was submitted to a server that is down");
    AdvanceClock();
    const Job job{work, m_order++, tag};
    m_workLeft += work;
    if (m_inService.size() < MostInService())
    {
        Start(job);
    }
    else
    {
        m_waiting.push_back(job);
    }
    ScheduleEnd();
}

void
ServerModel::Start(Job job)
{
    job.end += m_clock;
    m_inService.push(job);
}

void
ServerModel::ScheduleEnd()
{
    if (m_inService.empty())
    {
        return;
    }
    const double left = std::max(0.0, m_inService.top().end - m_clock) / Rate();
    // Rounded up, so that at the event the work is done.
    const Instant at = m_clockAt + Duration(static_cast<std::int64_t>(std::ceil(left * 1e9)));
    // A timer that is early only looks and sets itself anew: cheaper than to cancel it each time.
    if (!m_timer.IsExpired() && m_timerAt <= at)
    {
        return;
    }
    m_timer.Cancel();
    m_timerAt = at;
    m_timer = ns3::Simulator::Schedule(DelayUntil(at), &ServerModel::OnTimer, this);
}

void
ServerModel::OnTimer()
{
    AdvanceClock();
    // Half a nanosecond of work is less than the clock's resolution.
    while (!m_inService.empty() && m_inService.top().end <= m_clock + 0.5e-9)
    {
        const std::uint64_t tag = m_inService.top().tag;
        m_inService.pop();
        if (!m_waiting.empty())
        {
            if (m_options.discipline == Discipline::LCFS)
            {
                Start(m_waiting.back());
                m_waiting.pop_back();
            }
            else
            {
                Start(m_waiting.front());
                m_waiting.pop_front();
            }
        }
        m_ended(tag, true);
        if (!m_up)
        {
            return;
        }
    }
    ScheduleEnd();
}

void
ServerModel::Crash()
{
    AdvanceClock();
    m_up = false;
    m_timer.Cancel();
    std::vector<std::uint64_t> lost;
    for (; !m_inService.empty(); m_inService.pop())
    {
        lost.push_back(m_inService.top().tag);
    }
    for (const auto& job : m_waiting)
    {
        lost.push_back(job.tag);
    }
    m_waiting.clear();
    for (const auto tag : lost)
    {
        m_ended(tag, false);
    }
}

void
ServerModel::Recover()
{
    AdvanceClock();
    m_up = true;
}

void
ServerModel::SetBackground(double share)
{
    AdvanceClock();
    m_background = share;
    // A slower clock leaves the timer early, which is harmless; a faster one needs an earlier one.
    ScheduleEnd();
}

Report
ServerModel::MakeReport()
{
    AdvanceClock();
    Report report;
    const double used = static_cast<double>(InFlight()) * m_options.requestRamBytes;
    report.ram = std::max(0.0, m_options.ramBytes - used);
    report.cpu = m_cpu.UnusedPercent();
    report.ramTotal = m_options.ramBytes;
    report.cores = m_options.cores;
    report.load1 = static_cast<double>(m_inService.size());
    report.inFlight = static_cast<std::uint32_t>(InFlight());
    return report;
}

} // namespace sonda::sim
