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

/** Thirty years: later than any run's end, and still far from the clock's last nanosecond. */
constexpr double NEVER_S = 1e9;

constexpr auto NO_LIMIT = std::numeric_limits<std::size_t>::max();

std::size_t
MostInService(const ServerOptions& options)
{
    switch (options.discipline)
    {
    case Discipline::PROCESSOR_SHARING:
        return NO_LIMIT;
    case Discipline::LIMITED_PROCESSOR_SHARING:
        return options.concurrency;
    case Discipline::FCFS:
    case Discipline::LCFS:
        break;
    }
    return static_cast<std::size_t>(options.cores);
}

std::size_t
MostThatFit(const ServerOptions& options)
{
    const double most = std::floor(options.ramBytes / options.requestRamBytes);
    return most < 1e15 ? static_cast<std::size_t>(most) : NO_LIMIT;
}

} // namespace

ServerModel::ServerModel(const ServerOptions& options, Ended ended)
    : m_options(options),
      m_ended(ended),
      m_mostInService(MostInService(options)),
      m_mostThatFit(MostThatFit(options)),
      m_meter(options.sampleInterval, options.samplePhase),
      m_wakeUp(ns3::Create<WakeUp>(*this))
{
}

ServerModel::~ServerModel()
{
    // The simulator may hold it still.
    m_wakeUp->Cancel();
}

double
ServerModel::SecondsOfWorkPerSecond() const
{
    const double rate = m_options.speed * m_speedFactor * (1 - m_background);
    return InFlight() > m_mostThatFit ? rate * THRASHING_SPEED : rate;
}

void
ServerModel::UpdateRate()
{
    const auto inService = static_cast<double>(m_inService.size());
    m_rate = SecondsOfWorkPerSecond();
    if (inService > m_options.cores)
    {
        m_rate *= m_options.cores / inService;
        m_busy = 1;
        return;
    }
    m_busy = m_background + (1 - m_background) * inService / m_options.cores;
}

void
ServerModel::AdvanceClock()
{
    const Instant now = Now();
    if (now == m_clockAt)
    {
        return;
    }
    m_meter.Advance(now, m_busy);
    if (m_inService.empty())
    {
        // Nobody holds a time of this clock: from zero its numbers keep their precision.
        m_clock = 0;
        m_workLeft = 0;
    }
    else
    {
        const double done = ToSeconds(now - m_clockAt) * m_rate;
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
    if (m_failing != RequestEnd::SERVED)
    {
        // By an event: the caller may answer the end with the next request.
        m_failed.emplace_back(tag, m_failing);
        WakeUpAt(m_clockAt);
        return;
    }
    m_workLeft += work;
    const Job job{work, m_order++, tag, m_clockAt};
    if (m_inService.size() < m_mostInService)
    {
        Start(job);
    }
    else
    {
        m_waiting.Join(job);
    }
    UpdateRate();
    ScheduleEnd();
}

void
ServerModel::Start(Job job)
{
    job.end += m_clock;
    m_inService.push_back(job);
    std::push_heap(m_inService.begin(), m_inService.end(), EndsLater());
}

ServerModel::Job
ServerModel::TakeEnded()
{
    std::pop_heap(m_inService.begin(), m_inService.end(), EndsLater());
    const Job job = m_inService.back();
    m_inService.pop_back();
    if (!m_waiting.Empty())
    {
        const bool last = m_options.discipline == Discipline::LCFS;
        Start(last ? m_waiting.TakeLast() : m_waiting.TakeFirst());
    }
    UpdateRate();
    return job;
}

void
ServerModel::ScheduleEnd()
{
    if (m_inService.empty())
    {
        return;
    }
    const double left = std::max(0.0, m_inService.front().end - m_clock) / m_rate;
    if (left > NEVER_S)
    {
        return;
    }
    // Rounded up, so that at the event the work is done.
    WakeUpAt(m_clockAt + Duration(static_cast<std::int64_t>(std::ceil(left * 1e9))));
}

void
ServerModel::WakeUpAt(Instant at)
{
    // A wake-up that is early only looks and sets the next; one that is late is left where it is,
    // beside an earlier one: cheaper than to cancel.
    if (m_nextWakeUp <= at)
    {
        return;
    }
    m_nextWakeUp = at;
    ns3::Simulator::Schedule(ToTime(at - m_clockAt), ns3::Ptr<ns3::EventImpl>(m_wakeUp));
}

void
ServerModel::OnWakeUp()
{
    AdvanceClock();
    if (m_clockAt >= m_nextWakeUp)
    {
        m_nextWakeUp = Instant::max();
    }
    EndFailed();
    // Half a nanosecond of work is less than the clock's resolution.
    while (!m_inService.empty() && m_inService.front().end <= m_clock + 0.5e-9)
    {
        const Job job = TakeEnded();
        m_meter.OnCompletion(m_clockAt - job.arrived);
        m_ended(job.tag, RequestEnd::SERVED);
    }
    ScheduleEnd();
}

void
ServerModel::EndFailed()
{
    // Further ones that come of it have a wake-up of their own.
    for (std::size_t left = m_failed.size(); left > 0; --left)
    {
        const auto [tag, how] = m_failed.front();
        m_failed.erase(m_failed.begin());
        m_ended(tag, how);
    }
}

void
ServerModel::Crash()
{
    AdvanceClock();
    EndFailed();
    m_up = false;
    m_listening = false;
    std::vector<Job> lost;
    lost.swap(m_inService);
    std::sort(lost.begin(),
              lost.end(),
              [](const Job& a, const Job& b) { return EndsLater()(b, a); });
    lost.insert(lost.end(), m_waiting.begin(), m_waiting.end());
    m_waiting.Clear();
    m_workLeft = 0;
    UpdateRate();
    for (const auto& job : lost)
    {
        m_ended(job.tag, RequestEnd::RESET);
    }
}

void
ServerModel::StopListening()
{
    m_listening = false;
}

void
ServerModel::Recover()
{
    m_up = true;
    m_listening = true;
}

void
ServerModel::SetBackground(double share)
{
    AdvanceClock();
    m_background = share;
    UpdateRate();
    ScheduleEnd();
}

void
ServerModel::SetSpeedFactor(double factor)
{
    AdvanceClock();
    m_speedFactor = factor;
    UpdateRate();
    ScheduleEnd();
}

double
ServerModel::WorkLeft() const
{
    const double done =
        ToSeconds(Now() - m_clockAt) * m_rate * static_cast<double>(m_inService.size());
    // The difference of sums of many requests may miss zero by rounding.
    const double left = InFlight() == 0 ? 0 : std::max(0.0, m_workLeft - done);
    return left / (SecondsOfWorkPerSecond() * m_options.cores);
}

Report
ServerModel::MakeReport()
{
    AdvanceClock();
    Report report;
    const double used = static_cast<double>(InFlight()) * m_options.requestRamBytes;
    report.ram = std::max(0.0, m_options.ramBytes - used);
    report.cpu = m_meter.UnusedPercent();
    report.cpu10s = m_meter.SmoothedUnusedPercent();
    report.ramTotal = m_options.ramBytes;
    report.cores = m_options.cores;
    report.load1 = static_cast<double>(m_inService.size());
    if (m_listening)
    {
        // An agent that sees nobody listen does not count connections.
        report.inFlight = static_cast<std::uint32_t>(InFlight());
    }
    report.serviceTime = m_meter.ServiceTime();
    report.rate = m_meter.CompletionRate();
    return report;
}

} // namespace sonda::sim
