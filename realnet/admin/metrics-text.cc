#include "realnet/admin/metrics-text.h"

#include "realnet/admin/metrics-page.h"
#include "realnet/admin/state-words.h"

#include <map>

namespace sonda
{

namespace
{

using prometheus::MetricFamily;
using prometheus::MetricType;

using Json = nlohmann::ordered_json;

/** Every counter of the log line, under its name there; so none can be forgotten here. */
void
AddCounters(MetricsPage& page, const Json& counters)
{
    for (const auto& [key, value] : counters.items())
    {
        if (value.is_number())
        {
            MetricFamily& family = page.Add(key + "_total",
                                            "The counter '" + key + "' of the proxy's log",
                                            MetricType::Counter);
            MetricsPage::Append(family, {}, value.get<double>());
        }
        else if (value.is_object())
        {
            MetricFamily& family = page.Add(key + "_total",
                                            "The counters '" + key + "' of the proxy's log",
                                            MetricType::Counter);
            for (const auto& [reason, count] : value.items())
            {
                if (reason != "total")
                {
                    MetricsPage::Append(family, {{"reason", reason}}, count.get<double>());
                }
            }
        }
    }
}

void
AddProxy(MetricsPage& page, const AdminSnapshot& snapshot)
{
    const ProxyFacts& facts = *snapshot.facts;
    page.Gauge("info",
               "1; the labels say what runs, with which formula and policy",
               1,
               {{"version", facts.version},
                {"commit", facts.commit},
                {"formula", snapshot.rule.formulaName},
                {"policy", snapshot.rule.policy}});
    page.Gauge("uptime_seconds", "Time since the start", snapshot.takenS);
    page.Gauge("connections_open",
               "Connections that are relayed now",
               static_cast<double>(snapshot.open));
    page.Gauge("backlog",
               "Clients that wait in the kernel to be accepted",
               static_cast<double>(snapshot.backlog));
    page.Gauge("draining", "1 while the proxy takes no more clients", snapshot.draining);
    page.Gauge("probe_interval_seconds", "Time between probe requests", snapshot.intervalS);
}

void
AddFairness(MetricsPage& page, const AdminSnapshot& snapshot)
{
    if (!snapshot.windows.empty())
    {
        const WindowFairness& fairness = snapshot.windows.back()->fairness;
        page.Gauge("window_jain",
                   "Jain's index of picks per capacity in the last window; NaN without picks",
                   fairness.jain);
        page.Gauge("window_jain_chance",
                   "What random picks with the ideal shares would give",
                   fairness.chance);
        page.Gauge("window_picks", "Picks in the last window", static_cast<double>(fairness.picks));
    }
    page.Gauge("herding", "1 while the herding alarm is on", snapshot.herding);
}

void
AddAgentCounts(MetricsPage& page, const AdminSnapshot& snapshot)
{
    std::map<std::string, double> counts;
    for (const char* word : {"ready",
                             "stale",
                             "full",
                             "resting",
                             "drained",
                             "drain",
                             "down",
                             "own-address",
                             "left",
                             "dead"})
    {
        counts[word] = 0;
    }
    double candidates = 0;
    for (const AgentRow& row : snapshot.agents)
    {
        ++counts[StateWord(row)];
        candidates += row.candidate;
    }
    MetricFamily& family = page.Add("agents", "Agents by state", MetricType::Gauge);
    for (const auto& [word, count] : counts)
    {
        MetricsPage::Append(family, {{"state", word}}, count);
    }
    page.Gauge("candidates", "Agents that may be picked", candidates);
    page.Gauge("panic",
               "1 while most agents are silent and the lost ones are picked, too",
               snapshot.table.panic);
    page.Gauge("full",
               "1 while all agents have as many connections as they may",
               snapshot.table.full);
    page.Gauge("floor",
               "1 while agents that rest for early resets or empty ends are picked, as nobody else "
               "can be",
               snapshot.table.floor);
}

void
AddAgentCounters(MetricsPage& page, const AgentTotals& departed)
{
    const auto count =
        [&](const char* name, const char* help, std::uint64_t AgentRow::*which, std::uint64_t gone)
    {
        page.AgentSum(
            name,
            help,
            MetricType::Counter,
            [which](const AgentRow& row) { return static_cast<double>(row.*which); },
            gone);
    };
    count("picks_total", "Connections dispatched", &AgentRow::picks, departed.picks);
    count("completions_total",
          "Connections that ended well",
          &AgentRow::completions,
          departed.completions);
    count("failures_total",
          "Connections that ended otherwise",
          &AgentRow::failures,
          departed.failures);
    count("connect_failures_total",
          "Of those, never connected",
          &AgentRow::connectFailures,
          departed.connectFailures);
    count("ended_empty_total",
          "Connections that the server ended before the client did, without a byte",
          &AgentRow::endedEmpty,
          departed.endedEmpty);
    count("reports_total", "Reports accepted", &AgentRow::reports, departed.reports);
}

void
AddAgents(MetricsPage& page, const AgentTotals& departed)
{
    page.AgentGauge("candidate",
                    "1: may be picked",
                    [](const AgentRow& row) { return row.candidate; });
    page.AgentGauge("score",
                    "Score by the formula; NaN: not known",
                    [](const AgentRow& row) { return row.score; });
    page.AgentGauge("report_age_seconds",
                    "Time since the last report",
                    [](const AgentRow& row) { return row.ageS; });
    page.AgentGauge("rtt_seconds", "Smoothed RTT", [](const AgentRow& row) { return row.rttS; });
    page.AgentGauge("capacity",
                    "Weight times cores; its part of the sum is the ideal share",
                    [](const AgentRow& row) { return row.capacity; });
    page.AgentSum(
        "in_flight",
        "Connections dispatched and not ended",
        MetricType::Gauge,
        [](const AgentRow& row) { return row.inFlight; },
        0);
    AddAgentCounters(page, departed);
    page.AgentHistogram("connect_seconds",
                        "Dispatch to the standing connection",
                        &AgentTimes::connect);
    page.AgentHistogram("connection_seconds",
                        "Dispatch to the end of the connection",
                        &AgentTimes::connection);
    page.AgentHistogram("probe_rtt_seconds",
                        "RTT of probes, hold time subtracted",
                        &AgentTimes::probeRtt);
}

} // namespace

std::string
MetricsText(const AdminSnapshot& snapshot)
{
    MetricsPage page(snapshot);
    AddProxy(page, snapshot);
    AddFairness(page, snapshot);
    AddAgentCounts(page, snapshot);
    AddAgents(page, snapshot.departed);
    AddCounters(page, snapshot.counters);
    return page.Text();
}

} // namespace sonda
