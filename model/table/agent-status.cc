#include "model/table/agent-status.h"

#include <algorithm>

namespace sonda
{

const char*
ToString(Freshness freshness)
{
    switch (freshness)
    {
    case Freshness::FRESH:
        return "fresh";
    case Freshness::STALE:
        return "stale";
    case Freshness::DEAD:
        return "dead";
    case Freshness::REMOVED:
        return "removed";
    }
    return "?";
}

const char*
ToString(RestReason reason)
{
    switch (reason)
    {
    case RestReason::NONE:
        return "";
    case RestReason::CONNECT:
        return "connect-failed";
    case RestReason::EARLY_RESETS:
        return "early-resets";
    case RestReason::EMPTY_ENDS:
        return "empty-ends";
    }
    return "?";
}

bool
HasLeft(const AgentStatus& status)
{
    return status.report.state != ServerState::READY || status.drained || status.barred;
}

double
LikelyInFlight(const AgentStatus& status)
{
    if (!status.report.inFlight)
    {
        return status.inFlight;
    }
    double likely = *status.report.inFlight;
    likely += status.sent;
    likely -= status.done;
    return std::max(0.0, likely);
}

} // namespace sonda
