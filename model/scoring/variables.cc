#include "model/scoring/formula.h"

namespace sonda
{

const std::array<VariableInfo, VARIABLES>&
AllVariables()
{
    static const std::array<VariableInfo, VARIABLES> all = {{
        {Variable::RAM, "ram", "bytes", "free memory, as reported", true},
        {Variable::RAM_TOTAL, "ram_total", "bytes", "memory of the machine, as reported", true},
        {Variable::CPU, "cpu", "percent", "unused CPU of the whole machine, as reported", true},
        {Variable::CPU_10S,
         "cpu_10s",
         "percent",
         "unused CPU smoothed over 10 s, as reported",
         true},
        {Variable::CORES, "cores", "cores", "cores that the server may use, as reported", true},
        {Variable::LOAD, "load", "tasks", "run-queue length, as reported", true},
        {Variable::SERVICE, "service", "s", "mean time in the server lately, as reported", true},
        {Variable::RATE, "rate", "1/s", "completions per second lately, as reported", true},
        {Variable::ELAPSED, "elapsed", "s", "request sent to response received, with hold", true},
        {Variable::RTT, "rtt", "s", "smoothed RTT, hold time subtracted", true},
        {Variable::RTT_MIN, "rtt_min", "s", "least RTT seen", true},
        {Variable::REPORTED, "reported", "connections", "in flight, as reported", true},
        {Variable::WEIGHT, "weight", "", "relative capacity set by the operator; 1 if unset", true},
        {Variable::AGE, "age", "s", "time since the last report", false},
        {Variable::KNOWN, "known", "s", "time since the first report", false},
        {Variable::IDLE, "idle", "s", "time since the last dispatch, or the first report", false},
        {Variable::INFLIGHT, "inflight", "connections", "in flight, counted by the proxy", false},
        {Variable::SENT,
         "sent",
         "connections",
         "dispatched by the proxy since the last report",
         false},
        {Variable::DONE, "done", "connections", "ended at the proxy since the last report", false},
        {Variable::WAITING,
         "waiting",
         "s",
         "mean time since dispatch of those in flight; 0 if none",
         false},
        {Variable::LATENCY,
         "latency",
         "s",
         "dispatch to completion, average over 10 s; 0 before one",
         false},
        {Variable::LATENCY_PEAK,
         "latency_peak",
         "s",
         "the same, peaks at once and fading; 0 before one",
         false},
        {Variable::LATENCY_STEADY,
         "latency_steady",
         "s",
         "the same, a completion weighs 5 %; 0 before one",
         false},
        {Variable::LATENCY_MEAN,
         "latency_mean",
         "s",
         "the same, mean of the last 100; 0 before one",
         false},
        {Variable::FAILURES, "failures", "failures", "recent failures, halving in 10 s", false},
    }};
    return all;
}

} // namespace sonda
