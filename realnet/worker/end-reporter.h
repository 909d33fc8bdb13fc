#ifndef SONDA_REALNET_WORKER_END_REPORTER_H
#define SONDA_REALNET_WORKER_END_REPORTER_H

#include "model/connection/connection-driver.h"
#include "realnet/worker/connection.h"
#include "realnet/worker/worker-shared.h"

namespace sonda
{

/**
 * Makes of what happens to connections what operators see: counters, lines of the log and of the
 * connection log, recordings. Used by one worker's thread.
 */
class EndReporter
{
  public:
    /** \param shared must outlive the reporter */
    explicit EndReporter(WorkerShared& shared);

    /** A connect failed by the server's doing, or the way's. \param error as errno */
    void OnConnectFailed(const Connection& connection, int error, Instant now);

    /** The worker had no socket for a connection to a server. \param error as errno */
    void OnNoMeans(int error, Instant now);

    /** A client was refused for want of memory. */
    void OnNoMemory(Instant now);

    /** A dispatch came to nothing; the connection goes on. */
    void OnRetry(Retry why);

    /** The connection is over. Its sockets are still open. */
    void OnEnded(const Connection& connection,
                 const ConnectionEnd& end,
                 const RelaySettings& settings) noexcept;

  private:
    void Count(const Connection& connection, const ConnectionEnd& end);
    void Say(const Connection& connection, const ConnectionEnd& end, const RelaySettings& settings);
    Counter& CounterOf(const ConnectionEnd& end);
    void SayReset(Instant now, const std::string& why);
    void SayNoMemory(Instant now);
    void Refuse(LogLimiter& limiter, Instant now, const std::string& why);
    void Log(const Connection& connection, const ConnectionEnd& end, ConnectionLog& log);

    WorkerShared& m_shared;
};

} // namespace sonda

#endif
