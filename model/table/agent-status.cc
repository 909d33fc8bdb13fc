#include "model/table/agent-status.h"

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

} // namespace sonda
