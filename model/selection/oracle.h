#ifndef SONDA_MODEL_SELECTION_ORACLE_H
#define SONDA_MODEL_SELECTION_ORACLE_H

#include "model/table/agent-status.h"

namespace sonda
{

/**
 * The true state of the servers at this moment, which only a simulation knows. The policies that
 * bound what any policy can reach ask it; a real proxy has none and refuses them.
 */
class Oracle
{
  public:
    virtual ~Oracle() = default;

    /** \return how many requests are at the agent's server or on their way to it, from all proxies.
     */
    virtual double Present(AgentIndex agent) const = 0;

    /** \return seconds until the server would have worked off all of them at its present speed. */
    virtual double WorkLeft(AgentIndex agent) const = 0;
};

} // namespace sonda

#endif
