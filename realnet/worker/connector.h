#ifndef SONDA_REALNET_WORKER_CONNECTOR_H
#define SONDA_REALNET_WORKER_CONNECTOR_H

#include "realnet/worker/connection.h"
#include "realnet/worker/greeter.h"
#include "realnet/worker/worker-shared.h"

namespace sonda
{

/** Opens one worker's connections to servers. Used by the worker's thread. */
class Connector
{
  public:
    /** All must outlive the connector. */
    Connector(WorkerShared& shared, EventQueue& events, Greeter& greeter);

    /** How a connect is or has ended. */
    struct Outcome
    {
        enum class Kind
        {
            GOING_ON,   //!< the server's first event will say
            STANDS,     //!< and the server has its header of the PROXY protocol
            FAILED,     //!< the server's doing, or the way's
            NO_MEANS,   //!< we have no socket for it
            LEADS_BACK, //!< its other end is a client of ours
        };

        Kind kind;
        int error{0}; //!< of FAILED and NO_MEANS, as errno
    };

    /** Begins to connect to the connection's target. */
    Outcome Start(Connection& connection);

    /** The first event of the server's socket has come. \param broken it told of an error */
    Outcome Finish(Connection& connection, bool broken);

  private:
    bool LeadsBack(const Connection& connection) const;

    WorkerShared& m_shared;
    EventQueue& m_events;
    Greeter& m_greeter;
};

} // namespace sonda

#endif
