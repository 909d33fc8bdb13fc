#include "realnet/record/lan-recorder.h"

#include "realnet/common/capacity.h"
#include "realnet/common/clock.h"
#include "realnet/common/log.h"

#include <algorithm>
#include <sstream>
#include <sys/resource.h>

namespace sonda
{

LanRecorder::LanRecorder(Parts parts, const SharedBalancer& balancer)
    : m_folder(std::move(parts.folder)),
      m_facts(std::move(parts.facts)),
      m_run(RecorderOptions{parts.window, Duration(0), Now()}),
      m_balancer(balancer),
      m_windowEnd(m_run.GetOptions().start + parts.window)
{
}

void
LanRecorder::OnDispatch(const Balancer& balancer, std::optional<AgentIndex> agent, Instant now)
{
    if (agent)
    {
        const Duration age = now - balancer.Table().Get(*agent).reportedAt;
        m_run.OnDispatch(m_rowOf[*agent], now, age);
    }
}

void
LanRecorder::OnConnected(AgentIndex, Duration)
{
}

void
LanRecorder::OnConnectFailed(AgentIndex agent, Instant now)
{
    m_run.OnRetry(m_rowOf[agent], now);
}

void
LanRecorder::OnAbandoned(AgentIndex agent, Instant now)
{
    m_run.OnAbandon(m_rowOf[agent], now);
}

void
LanRecorder::OnCompleted(AgentIndex agent, Duration, bool good, Instant now)
{
    m_run.OnCompletion(m_rowOf[agent], now, good);
}

void
LanRecorder::OnConnectionEnded(const ConnectionEnd& end)
{
    m_run.CountRetries(end.resets);
    switch (end.how)
    {
    case ConnectionEnd::How::GONE:
        ++m_abandoned;
        break;
    case ConnectionEnd::How::BAD_HEADER:
        break; // it never became a request
    default:
        m_run.OnResponse(end.begun, end.ended - end.begun, end.good);
        break;
    }
}

void
LanRecorder::OnReported(const Balancer&,
                        AgentIndex agent,
                        const Observation& observation,
                        Instant now)
{
    auto row = m_run.FindAgent(observation.id);
    if (!row)
    {
        row = m_run.AddAgent(observation.id, CapacityOf(observation.report));
    }
    m_rowOf.resize(std::max<std::size_t>(m_rowOf.size(), agent + 1));
    m_rowOf[agent] = *row;
    if (!observation.notice)
    {
        m_run.OnProbe(*row, now, observation.elapsed, observation.hold);
    }
}

void
LanRecorder::OnRemoved(AgentIndex)
{
}

void
LanRecorder::Start(asio::io_context& io, Ask ask)
{
    m_ask = std::move(ask);
    m_timer.emplace(io);
    std::ostringstream header;
    WriteWindowsHeader(header);
    Append("windows.csv", header.str());
    WaitForWindow();
}

void
LanRecorder::WaitForWindow()
{
    m_timer->expires_after(m_windowEnd - Now());
    m_timer->async_wait(
        [this](const asio::error_code& error)
        {
            if (error)
            {
                return;
            }
            // Every window gets its rows, also those in which the process could not run.
            while (Now() >= m_windowEnd)
            {
                CloseWindow(m_windowEnd);
                m_windowEnd += m_run.GetOptions().window;
            }
            WaitForWindow();
        });
}

void
LanRecorder::CloseWindow(Instant end)
{
    const auto rows = m_balancer.Inspect(
        [&](const Balancer& balancer, Instant now)
        {
            m_run.CloseWindow({&balancer.Table()}, now);
            return m_run.TakeWindows();
        });
    // Agents join on this thread only: the names may be read without the mutex.
    std::ostringstream text;
    WriteWindowRows(text, m_run, rows, end);
    Append("windows.csv", text.str());
}

void
LanRecorder::OnDrain()
{
}

void
LanRecorder::Stop()
{
    m_timer.reset();
    const Instant end = Now();
    ProxyState state = m_ask();
    CloseWindow(end);
    WriteRest(end, std::move(state));
    if (m_failed)
    {
        return;
    }
    if (const auto error = m_folder->Commit())
    {
        spdlog::error("{}", error->message);
        return;
    }
    spdlog::info("recorded in {}", m_folder->Place());
}

void
LanRecorder::WriteRest(Instant end, ProxyState state)
{
    const auto write = [this](const std::string& name, auto content)
    {
        std::ostringstream text;
        content(text);
        Append(name, text.str());
    };
    if (m_run.RttHistograms().empty())
    {
        write("rtt.csv", [this](std::ostream& out) { WriteRtt(out, m_run); });
    }
    else
    {
        write("rtt-histogram.csv", [this](std::ostream& out) { WriteRttHistogram(out, m_run); });
    }
    write("latency.csv", [this](std::ostream& out) { WriteLatency(out, m_run); });
    write("fairness.csv", [&](std::ostream& out) { WriteFairness(out, m_run, end); });
    write("series.csv", [this](std::ostream& out) { WriteSeries(out, m_run); });
    write("ages.csv", [this](std::ostream& out) { WriteAges(out, m_run); });
    write("summary.csv",
          [&](std::ostream& out) { WriteSummary(out, m_run, MoreMetrics(state, end)); });
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    m_facts["wall_s"] = ToSeconds(end - m_run.GetOptions().start);
    m_facts["max_rss_bytes"] = usage.ru_maxrss * 1024; // Linux counts in KiB
    m_facts["counters"] = std::move(state.counters);
    m_facts["exit_state"] = "complete";
    write("run.json", [this](std::ostream& out) { out << m_facts.dump(2) << '\n'; });
}

Metrics
LanRecorder::MoreMetrics(const ProxyState& state, Instant end) const
{
    return {
        {"unfinished", 0}, // at the end connections are reset, which makes them failures
        {"abandoned", static_cast<double>(m_abandoned)},
        {"probe_requests", state.counters.at("probes_sent").get<double>()},
        {"probe_responses", state.counters.at("responses_accepted").get<double>()},
        {"refusals", state.counters.at("refusals").at("total").get<double>()},
        {"duration_s", ToSeconds(end - m_run.GetOptions().start)},
        {"warmup_s", 0},
    };
}

void
LanRecorder::Append(const std::string& name, const std::string& text)
{
    if (m_failed)
    {
        return;
    }
    if (const auto error = m_folder->Append(name, text))
    {
        m_failed = true;
        spdlog::error("{}; nothing more is recorded", error->message);
    }
}

} // namespace sonda
