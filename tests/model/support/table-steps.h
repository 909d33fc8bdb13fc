#ifndef SONDA_TESTS_MODEL_SUPPORT_TABLE_STEPS_H
#define SONDA_TESTS_MODEL_SUPPORT_TABLE_STEPS_H

#include "tests/catch.h"
#include "tests/model/support/samples.h"

/** What happens to a status table again and again in its tests. */
namespace sonda::test
{

/** Agent \p number answers at \p now, in seconds, and is believed. */
inline void
Hear(StatusTable& table, unsigned number, double now)
{
    REQUIRE(table.Update(Observe(number), At(now)));
}

/** A connection to the agent is refused. */
inline void
Fail(StatusTable& table, AgentIndex agent, double now)
{
    table.OnDispatch(agent, At(now));
    table.OnConnectFailure(agent, At(now));
}

} // namespace sonda::test

#endif
