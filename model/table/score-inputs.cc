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
    case Variable::CORES:
        return report.cores.value_or(unknown);
    case Variable::LOAD:
        return report.load1.value_or(unknown);
    case Variable::ELAPSED:
        return status.rtt.HasSample() ? ToSeconds(status.elapsed) : unknown;
    case Variable::RTT:
        return status.rtt.HasSample() ? ToSeconds(status.rtt.Smoothed()) : unknown;
    case Variable::RTT_MIN:
        return status.rtt.HasSample() ? ToSeconds(status.rtt.Least()) : unknown;
    case Variable::AGE:
        return ToSeconds(now - status.reportedAt);
    case Variable::INFLIGHT:
        return status.inFlight;
    case Variable::REPORTED:
        return report.inFlight ? *report.inFlight : unknown;
    case Variable::WEIGHT:
        return report.weight;
    case Variable::LATENCY:
        return status.latency.Get();
    case Variable::FAILURES:
        return status.recentFailures.Get(now);
    }
    return unknown;
}

} // namespace sonda
