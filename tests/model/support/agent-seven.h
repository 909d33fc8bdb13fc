#ifndef SONDA_TESTS_MODEL_SUPPORT_AGENT_SEVEN_H
#define SONDA_TESTS_MODEL_SUPPORT_AGENT_SEVEN_H

#include "model/control/agent.h"

namespace sonda::test
{

/** The options of an agent "seven" at 10.0.0.7:80. */
inline AgentOptions
AgentSeven()
{
    AgentOptions options;
    options.id = "seven";
    options.server = {"10.0.0.7", 80};
    return options;
}

} // namespace sonda::test

#endif
