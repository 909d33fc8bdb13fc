#ifndef SONDA_MODEL_CONNECTION_PICKER_H
#define SONDA_MODEL_CONNECTION_PICKER_H

#include "model/connection/connection-life.h"
#include "model/selection/policy.h"

namespace sonda
{

/** An answer to the question who shall take a connection. */
struct Picked
{
    std::optional<AgentIndex> agent; //!< empty: nobody now
    Instant at{};                    //!< when it was dispatched there
    bool heldBack{false};            //!< nobody, although there are candidates: the policy waits
};

/**
 * The balancer as a Dispatcher needs it: a Balancer in a simulation, a balancer shared by several
 * threads in the proxy, a script in tests. What Pick() hands out comes back by exactly one Ended().
 */
class Picker
{
  public:
    virtual ~Picker() = default;

    /** Dispatches the connection of \p life. \throw std::bad_alloc */
    virtual Picked Pick(ConnectionLife& life, Instant now) = 0;

    /** The connection stands. \param dispatched Picked::at */
    virtual void Connected(AgentIndex agent, Instant dispatched, Instant now) = 0;

    /** The dispatch has ended. \param ending its latency is for the picker to find */
    virtual void Ended(AgentIndex agent, Instant dispatched, const Ending& ending, Instant now) = 0;
};

} // namespace sonda

#endif
