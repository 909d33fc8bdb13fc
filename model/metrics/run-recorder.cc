#include "model/metrics/run-recorder.h"

#include "model/metrics/fairness.h"
#include "model/table/status-table.h"

#include <algorithm>
#include <limits>

namespace sonda
{

namespace
{

constexpr double UNKNOWN = std::numeric_limits<double>::quiet_NaN();

} // namespace

RunRecorder::RunRecorder(RecorderOptions options)
    : m_options(options),
      m_windowStart(options.start)
{
}

std::uint32_t
RunRecorder::AddAgent(const std::string& id, double capacity)
{
    const auto row = static_cast<std::uint32_t>(m_ids.size());
    m_ids.push_back(id);
    m_capacities.push_back(capacity);
    m_agentById.emplace(id, row);
    m_window.emplace_back();
    m_inFlight.emplace_back(m_windowStart);
    return row;
}

std::optional<std::uint32_t>
RunRecorder::FindAgent(const std::string& id) const
{
    const auto found = m_agentById.find(id);
    if (found == m_agentById.end())
    {
        return std::nullopt;
    }
    return found->second;
}

void
RunRecorder::OnDispatch(std::uint32_t agent, Instant now, Duration reportAge)
{
    ++m_window[agent].picks;
    m_inFlight[agent].Enter(now);
    if (now - m_options.start >= m_options.warmup)
    {
        m_reportAges.Add(ToSeconds(reportAge));
    }
}

void
RunRecorder::OnCompletion(std::uint32_t agent, Instant now, bool good)
{
    ++(good ? m_window[agent].completions : m_window[agent].failures);
    m_inFlight[agent].Leave(now);
}

void
RunRecorder::OnRetry(std::uint32_t agent, Instant now)
{
    ++m_window[agent].failures;
    ++m_retries;
    m_inFlight[agent].Leave(now);
}

void
RunRecorder::OnAbandon(std::uint32_t agent, Instant now)
{
    m_inFlight[agent].Leave(now);
}

void
RunRecorder::OnProbe(std::uint32_t agent, Instant now, Duration elapsed, Duration hold)
{
    if (m_rttHistograms.empty() && m_probes.size() < m_options.mostRttRows)
    {
        m_probes.push_back({now, agent, elapsed, hold});
        return;
    }
    if (m_rttHistograms.size() < m_ids.size())
    {
        m_rttHistograms.resize(m_ids.size());
    }
    for (const auto& probe : m_probes)
    {
        m_rttHistograms[probe.agent].Add(ToSeconds(probe.elapsed - probe.hold));
    }
    m_probes.clear();
    m_rttHistograms[agent].Add(ToSeconds(elapsed - hold));
}

void
RunRecorder::OnResponse(Instant arrival, Duration responseTime, bool good)
{
    m_series.Add(arrival - m_options.start, responseTime, good);
    if (arrival - m_options.start < m_options.warmup)
    {
        return;
    }
    if (good)
    {
        m_responseTimes.Add(ToSeconds(responseTime));
    }
    else
    {
        ++m_failures;
    }
}

void
RunRecorder::CloseWindow(const std::vector<const StatusTable*>& tables, Instant now)
{
    const bool afterWarmup = m_windowStart - m_options.start >= m_options.warmup;
    AddFairness(afterWarmup);
    for (std::uint32_t agent = 0; agent < m_ids.size(); ++agent)
    {
        const Counts& counts = m_window[agent];
        m_picks += counts.picks;
        WindowRow row{m_windowNumber,
                      agent,
                      counts.picks,
                      counts.completions,
                      counts.failures,
                      0,
                      UNKNOWN,
                      UNKNOWN,
                      UNKNOWN,
                      m_inFlight[agent].CloseWindow(now)};
        if (afterWarmup)
        {
            m_mostInFlight = std::max(m_mostInFlight, row.inFlightOver.most);
        }
        Complete(row, tables, now);
        m_rows.push_back(row);
    }
    m_window.assign(m_window.size(), Counts());
    m_windowStart = now;
    ++m_windowNumber;
}

void
RunRecorder::Complete(WindowRow& row,
                      const std::vector<const StatusTable*>& tables,
                      Instant now) const
{
    bool known = false;
    for (const StatusTable* const table : tables)
    {
        const auto place = table->Find(m_ids[row.agent]);
        if (!place)
        {
            continue;
        }
        const AgentStatus& status = table->Get(*place);
        row.inFlight += status.inFlight;
        if (!known)
        {
            row.score = table->Score(*place, now);
            row.probeRtt = ToSeconds(status.rtt.Smoothed());
            row.reportAge = ToSeconds(now - status.reportedAt);
            known = true;
        }
    }
}

void
RunRecorder::AddFairness(bool afterWarmup)
{
    std::vector<std::uint64_t> picks;
    picks.reserve(m_window.size());
    std::uint64_t total = 0;
    for (const auto& counts : m_window)
    {
        picks.push_back(counts.picks);
        total += counts.picks;
    }
    const FairnessRow row{m_windowNumber,
                          total,
                          JainIndex(picks, m_capacities),
                          JainChance(total, m_capacities)};
    m_fairnessRows.push_back(row);
    if (afterWarmup && total > 0)
    {
        m_jainSum += row.jain;
        m_chanceSum += row.chance;
        ++m_fairWindows;
    }
}

double
RunRecorder::Mean(double sum) const
{
    return m_fairWindows == 0 ? UNKNOWN : sum / static_cast<double>(m_fairWindows);
}

} // namespace sonda
