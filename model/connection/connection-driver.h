#ifndef SONDA_MODEL_CONNECTION_CONNECTION_DRIVER_H
#define SONDA_MODEL_CONNECTION_CONNECTION_DRIVER_H

#include "model/connection/connection-end.h"
#include "model/connection/connection-life.h"

namespace sonda
{

/** Why a connection is tried anew. */
enum class Retry : unsigned char
{
    CONNECT_FAILED,    //!< the driver said so
    CONNECT_TIMED_OUT, //!< the server did not answer within the connect timeout
    RESET,             //!< the server reset it before a byte went either way
    ELSEWHERE,         //!< the driver does not want that server; no retry that counts
};

/**
 * Who moves the bytes of a Dispatcher's connections: a worker of the proxy, a simulated proxy, a
 * test. Is told what it cannot see; must not call the dispatcher meanwhile, nor destroy \p life.
 */
class ConnectionDriver
{
  public:
    virtual ~ConnectionDriver() = default;

    /** No agent can take it now: it waits, for the first time. */
    virtual void
    OnWaiting(ConnectionLife& /*life*/)
    {
    }

    /** Its dispatch came to nothing: what was opened for it is to be dropped. Another agent is
     * asked for next. */
    virtual void
    OnRetry(ConnectionLife& /*life*/, Retry /*why*/, Instant /*now*/)
    {
    }

    /** \return whether the end that is left has acknowledged all that the other one had sent. */
    virtual bool
    HasDelivered(ConnectionLife& /*life*/)
    {
        return true;
    }

    /** It is over, for whatever reason; told exactly once. What is still open of it is to be
     * closed: properly if it was FINISHED, else by a reset. Must not throw. */
    virtual void OnEnded(ConnectionLife& life, const ConnectionEnd& end) = 0;
};

} // namespace sonda

#endif
