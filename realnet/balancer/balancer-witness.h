#ifndef SONDA_REALNET_BALANCER_BALANCER_WITNESS_H
#define SONDA_REALNET_BALANCER_BALANCER_WITNESS_H

#include "model/connection/connection-end.h"
#include "model/control/balancer.h"

#include <optional>

namespace sonda
{

/**
 * Is told what a SharedBalancer decides and learns, for figures that no decision needs. Called
 * under the balancer's mutex by whichever thread brings the event: whoever implements it must be
 * quick, must not block and must not call the balancer. The table shows a dispatch and a report
 * already; the end of a dispatch it shows after the call, as it may remove the agent.
 */
class BalancerWitness
{
  public:
    virtual ~BalancerWitness() = default;

    /** \param agent empty: there was no candidate */
    virtual void OnDispatch(const Balancer& balancer,
                            std::optional<AgentIndex> agent,
                            Instant now) = 0;

    /** \param time since the dispatch */
    virtual void OnConnected(AgentIndex agent, Duration time) = 0;
    virtual void OnConnectFailed(AgentIndex agent, Instant now) = 0;
    /** A dispatch ended by nobody's doing: the client left, or another agent was wanted. */
    virtual void OnAbandoned(AgentIndex agent, Instant now) = 0;
    /** A dispatch ended after the connection had stood. \param time since the dispatch */
    virtual void OnCompleted(AgentIndex agent, Duration time, bool good, Instant now) = 0;

    /** \return whether OnConnectionEnded() is wanted; asked once, at the beginning. */
    virtual bool
    WantsConnectionEnds() const
    {
        return false;
    }

    /** A client's connection is over, after the last of its dispatches was. */
    virtual void
    OnConnectionEnded(const ConnectionEnd& /*end*/)
    {
    }

    virtual void OnReported(const Balancer& balancer,
                            AgentIndex agent,
                            const Observation& observation,
                            Instant now) = 0;

    /** The agent is about to leave the table. \param status as it is at last */
    virtual void
    OnDeparting(AgentIndex /*agent*/, const AgentStatus& /*status*/)
    {
    }

    /** The agent leaves the table; its index may be given to another one. */
    virtual void OnRemoved(AgentIndex agent) = 0;
};

} // namespace sonda

#endif
