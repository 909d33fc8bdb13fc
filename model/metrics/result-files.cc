#include "model/metrics/result-files.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace sonda
{

namespace
{

std::string
FormatSince(Instant start, Instant at)
{
    return FormatNumber(ToSeconds(at - start));
}

/** `window,start_s,end_s` of a window, the last one cut short by the end of the run. */
void
WriteWindowTimes(std::ostream& out, const RunRecorder& run, std::uint32_t window, Instant end)
{
    const Duration length = run.GetOptions().window;
    const Instant origin = run.GetOptions().start;
    const Instant start = origin + length * window;
    out << window << ',' << FormatSince(origin, start) << ','
        << FormatSince(origin, std::min(start + length, end));
}

void
WriteHistogram(std::ostream& out, const LogHistogram& histogram)
{
    out << "low_s,high_s,count\n";
    for (const auto& bucket : histogram.Buckets())
    {
        out << FormatNumber(bucket.low) << ',' << FormatNumber(bucket.high) << ',' << bucket.count
            << '\n';
    }
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
    WriteWindowsHeader(out);
    WriteWindowRows(out, run, run.Windows(), end);
}

void
WriteWindowsHeader(std::ostream& out)
{
    out << "window,start_s,end_s,agent,capacity,picks,completions,failures,in_flight,score,"
           "probe_rtt_s,report_age_s,in_flight_mean,in_flight_max\n";
}

void
WriteWindowRows(std::ostream& out,
                const RunRecorder& run,
                const std::vector<WindowRow>& rows,
                Instant end)
{
    for (const auto& row : rows)
    {
        WriteWindowTimes(out, run, row.window, end);
        out << ',' << run.AgentIds()[row.agent] << ',' << FormatNumber(run.Capacities()[row.agent])
            << ',' << row.picks << ',' << row.completions << ',' << row.failures << ','
            << row.inFlight << ',' << FormatNumber(row.score) << ',' << FormatNumber(row.probeRtt)
            << ',' << FormatNumber(row.reportAge) << ',' << FormatNumber(row.inFlightOver.mean)
            << ',' << row.inFlightOver.most << '\n';
    }
}

void
WriteFairness(std::ostream& out, const RunRecorder& run, Instant end)
{
    out << "window,start_s,end_s,picks,jain,chance\n";
    for (const auto& row : run.FairnessRows())
    {
        WriteWindowTimes(out, run, row.window, end);
        out << ',' << row.picks << ',' << FormatNumber(row.jain) << ',' << FormatNumber(row.chance)
            << '\n';
    }
}

void
WriteSeries(std::ostream& out, const RunRecorder& run)
{
    out << "start_s,end_s,answered,failures,mean_s\n";
    const ArrivalSeries& series = run.Series();
    Instant start;
    for (const auto& bin : series.Bins())
    {
        const auto answered = static_cast<double>(bin.answered);
        out << FormatSince(Instant(), start) << ',' << FormatSince(Instant(), start + series.Step())
            << ',' << bin.answered << ',' << bin.failures << ','
            << FormatNumber(bin.sumS / answered) << '\n';
        start += series.Step();
    }
}

void
WriteAges(std::ostream& out, const RunRecorder& run)
{
    WriteHistogram(out, run.ReportAges());
}

void
WriteRtt(std::ostream& out, const RunRecorder& run)
{
    out << "time_s,agent,elapsed_s,hold_s,rtt_s\n";
    for (const auto& row : run.Probes())
    {
        out << FormatSince(run.GetOptions().start, row.at) << ',' << run.AgentIds()[row.agent]
            << ',' << FormatNumber(ToSeconds(row.elapsed)) << ','
            << FormatNumber(ToSeconds(row.hold)) << ','
            << FormatNumber(ToSeconds(row.elapsed - row.hold)) << '\n';
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
    WriteHistogram(out, run.ResponseTimes());
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
        {"in_flight_max", static_cast<double>(run.MostInFlight())},
        {"report_age_mean_s", run.ReportAges().Mean()},
    };
    metrics.insert(metrics.end(), more.begin(), more.end());
    out << "metric,value\n";
    for (const auto& [metric, value] : metrics)
    {
        out << metric << ',' << FormatNumber(value) << '\n';
    }
}

} // namespace sonda
