#include "model/table/score-inputs.h"

#include <limits>

namespace sonda
{

double
ValueOf(Variable variable, const AgentStatus& status, Instant now)
{
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    const Report& report = status.report;
    switch (variable)
    {
    case Variable::RAM:
        return report.ram;
    case Variable::RAM_TOTAL:
        return report.ramTotal.value_or(unknown);
    case Variable::CPU:
        return report.cpu;
    case Variable::CPU_10S:
        return report.cpu10s.value_or(unknown);
    case Variable::CORES:
        return report.cores.value_or(unknown);
    case Variable::LOAD:
        return report.load1.value_or(unknown);
    case Variable::SERVICE:
        return report.serviceTime.value_or(unknown);
    case Variable::RATE:
        return report.rate.value_or(unknown);
    case Variable::ELAPSED:
        return status.rtt.HasSample() ? ToSeconds(status.elapsed) : unknown;
    case Variable::RTT:
        return status.rtt.HasSample() ? ToSeconds(status.rtt.Smoothed()) : unknown;
    case Variable::RTT_MIN:
        return status.rtt.HasSample() ? ToSeconds(status.rtt.Least()) : unknown;
    case Variable::AGE:
        return ToSeconds(now - status.reportedAt);
    case Variable::KNOWN:
        return ToSeconds(now - status.firstSeen);
    case Variable::IDLE:
        return ToSeconds(now - status.dispatchedAt);
    case Variable::INFLIGHT:
        return status.inFlight;
    case Variable::SENT:
        return status.sent;
    case Variable::DONE:
        return status.done;
    case Variable::WAITING:
        return status.estimates.waiting.Get(now);
    case Variable::REPORTED:
        return report.inFlight ? *report.inFlight : unknown;
    case Variable::WEIGHT:
        return report.weight;
    case Variable::LATENCY:
        return status.latency.Get();
    case Variable::LATENCY_PEAK:
        return status.estimates.peak.Get(now);
    case Variable::LATENCY_STEADY:
        return status.estimates.steady.Get();
    case Variable::LATENCY_MEAN:
        return status.estimates.mean.Get();
    case Variable::FAILURES:
        return status.recentFailures.Get(now);
    }
    return unknown;
}

} // namespace sonda
