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
        {Variable::CORES, "cores", "cores", "cores that the server may use, as reported", true},
        {Variable::LOAD, "load", "tasks", "run-queue length, as reported", true},
        {Variable::ELAPSED, "elapsed", "s", "request sent to response received, with hold", true},
        {Variable::RTT, "rtt", "s", "smoothed RTT, hold time subtracted", true},
        {Variable::RTT_MIN, "rtt_min", "s", "least RTT seen", true},
        {Variable::AGE, "age", "s", "time since the last report", false},
        {Variable::INFLIGHT, "inflight", "connections", "in flight, counted by the proxy", false},
        {Variable::REPORTED, "reported", "connections", "in flight, as reported", true},
        {Variable::WEIGHT, "weight", "", "relative capacity set by the operator; 1 if unset", true},
        {Variable::LATENCY, "latency", "s", "average dispatch to completion; 0 before one", false},
        {Variable::FAILURES, "failures", "failures", "recent failures, halving in 10 s", false},
    }};
    return all;
}

} // namespace sonda
