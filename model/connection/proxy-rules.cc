#include "model/connection/proxy-rules.h"

namespace sonda
{

ProxyRules
ProxyRules::Bare()
{
    return {};
}

ProxyRules
ProxyRules::AsShipped()
{
    using std::chrono::milliseconds;
    using std::chrono::minutes;
    using std::chrono::seconds;
    ProxyRules rules;
    // What these two cost and save: docs/policies.md, "What the rules cost and save".
    rules.table.slowStart = seconds(2);
    rules.table.slowStartFrom = 0.1;
    rules.table.probation = seconds(30);
    rules.table.panicBelow = 0.5;
    rules.table.panicIntervals = 25;
    rules.table.earlyResetsToRest = 3;
    rules.table.emptyEndsToRest = 0;
    rules.table.mostInFlight = 0;
    rules.table.mostAgents = 4096;
    rules.connection.queue = seconds(5);
    // There is one waiting line, whyever a client stands in it.
    rules.connection.heldBack = rules.connection.queue;
    rules.connection.look = milliseconds(20);
    rules.connection.connect = seconds(3);
    rules.connection.idle = minutes(10);
    rules.connection.halfClosed = seconds(30);
    rules.connection.retriesAfterReset = 3;
    return rules;
}

} // namespace sonda
