#include "model/metrics/result-files.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace sonda
{

namespace
{

std::string
Format(Instant at)
{
    return FormatNumber(ToSeconds(at - Instant()));
}

} // namespace

std::string
FormatNumber(double value)
{
    if (value != value)
    {
        return "";
    }
    std::array<char, 32> text;
    const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
    return std::string(text.data(), result.ptr);
}

void
WriteWindows(std::ostream& out, const RunRecorder& run, Instant end)
{
    out << "window,start_s,end_s,agent,capacity,picks,completions,failures,in_flight,score,"
           "probe_rtt_s,report_age_s\n";
    for (const auto& row : run.Windows())
    {
        const Instant start = Instant() + run.GetOptions().window * row.window;
        out << row.window << ',' << Format(start) << ','
            << Format(std::min(start + run.GetOptions().window, end)) << ','
            << run.AgentIds()[row.agent] << ',' << FormatNumber(run.Capacities()[row.agent]) << ','
            << row.picks << ',' << row.completions << ',' << row.failures << ',' << row.inFlight
            << ',' << FormatNumber(row.score) << ',' << FormatNumber(row.probeRtt) << ','
            << FormatNumber(row.reportAge) << '\n';
    }
}

void
WriteRtt(std::ostream& out, const RunRecorder& run)
{
    out << "time_s,agent,elapsed_s,hold_s,rtt_s\n";
    for (const auto& row : run.Probes())
    {
        out << Format(row.at) << ',' << run.AgentIds()[row.agent] << ','
            << FormatNumber(ToSeconds(row.elapsed)) << ',' << FormatNumber(ToSeconds(row.hold))
            << ',' << FormatNumber(ToSeconds(row.elapsed - row.hold)) << '\n';
    }
}

void
WriteRttHistogram(std::ostream& out, const RunRecorder& run)
{
    out << "agent,low_s,high_s,count\n";
    for (std::size_t agent = 0; agent < run.RttHistograms().size(); ++agent)
    {
        for (const auto& bucket : run.RttHistograms()[agent].Buckets())
        {
            out << run.AgentIds()[agent] << ',' << FormatNumber(bucket.low) << ','
                << FormatNumber(bucket.high) << ',' << bucket.count << '\n';
        }
    }
}

void
WriteLatency(std::ostream& out, const RunRecorder& run)
{
    out << "low_s,high_s,count\n";
    for (const auto& bucket : run.ResponseTimes().Buckets())
    {
        out << FormatNumber(bucket.low) << ',' << FormatNumber(bucket.high) << ',' << bucket.count
            << '\n';
    }
}

void
WriteSummary(std::ostream& out, const RunRecorder& run, const Metrics& more)
{
    const LogHistogram& times = run.ResponseTimes();
    const auto fairness = run.GetFairness();
    Metrics metrics = {
        {"requests", static_cast<double>(times.Count() + run.Failures())},
        {"failures", static_cast<double>(run.Failures())},
        {"mean_s", times.Mean()},
        {"p50_s", times.Quantile(0.5)},
        {"p90_s", times.Quantile(0.9)},
        {"p99_s", times.Quantile(0.99)},
        {"p999_s", times.Quantile(0.999)},
        {"jain_window", fairness.jain},
        {"jain_chance", fairness.chance},
        {"window_s", ToSeconds(run.GetOptions().window)},
        {"windows", static_cast<double>(fairness.windows)},
        {"picks", static_cast<double>(run.Picks())},
        {"retries", static_cast<double>(run.Retries())},
    };
    metrics.insert(metrics.end(), more.begin(), more.end());
    out << "metric,value\n";
    for (const auto& [metric, value] : metrics)
    {
        out << metric << ',' << FormatNumber(value) << '\n';
    }
}

} // namespace sonda
