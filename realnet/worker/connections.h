#ifndef SONDA_REALNET_WORKER_CONNECTIONS_H
#define SONDA_REALNET_WORKER_CONNECTIONS_H

#include "model/connection/dispatcher.h"
#include "realnet/relay/relay-io.h"
#include "realnet/worker/acceptor.h"
#include "realnet/worker/end-reporter.h"
#include "realnet/worker/worker-picker.h"

#include <list>
#include <new>

namespace sonda
{

/**
 * The connections of one worker: owns them, the dispatcher that leads them and what moves their
 * bytes, and does to their sockets what the dispatcher says. Used by the worker's thread.
 */
class Connections : private ConnectionDriver
{
  public:
    using How = ConnectionEnd::How;

    /** \param shared must outlive this \param wake see SharedBalancer::AddLine() */
    Connections(WorkerShared& shared, std::function<void()> wake);

    /** Goes over to other settings. */
    void SetSettings(std::shared_ptr<const RelaySettings> settings, Instant now);

    /** \return the client's connection; null: there was no memory for it, and it is told */
    Connection* Add(Client client, Instant now);

    bool
    IsEmpty() const
    {
        return m_live.empty();
    }

    Dispatcher&
    Machine()
    {
        return m_dispatcher;
    }

    RelayIo&
    Io()
    {
        return m_io;
    }

    EndReporter&
    Reporter()
    {
        return m_reporter;
    }

    /** Says who waits for longest, for the other workers to know. */
    void
    TellLine()
    {
        m_picker.SetFirstWaiting(m_dispatcher.FirstWaitBy());
    }

    /** Ends a connection, even without memory. \param by see ConnectionEnd::by */
    void End(Connection& connection, How how, std::optional<Side> by, Instant now);

    /** Resets them all. */
    void Cut(Instant now);

    /** Does some work of one connection. Want of memory ends that connection and nothing else. */
    template <typename Work>
    void Survive(Connection& connection, Instant now, Work work);

    /** Frees those that have ended. \param before is called first, if there are any */
    template <typename Before>
    void Bury(Before before);

  private:
    void OnWaiting(ConnectionLife& life) override;
    void OnRetry(ConnectionLife& life, Retry why, Instant now) override;
    bool HasDelivered(ConnectionLife& life) override;
    void OnEnded(ConnectionLife& life, const ConnectionEnd& end) override;

    WorkerShared& m_shared;
    std::shared_ptr<const RelaySettings> m_settings;
    RelayIo m_io;
    EndReporter m_reporter;
    WorkerPicker m_picker;
    Dispatcher m_dispatcher;
    std::list<Connection> m_live;
    std::list<Connection> m_dead; //!< freed at the end of the turn: its events may still name them
};

template <typename Work>
void
Connections::Survive(Connection& connection, Instant now, Work work)
{
    try
    {
        work();
    }
    catch (const std::bad_alloc&)
    {
        if (!connection.HasEnded())
        {
            m_io.Release(connection); // what follows may need some
            End(connection, How::NO_MEMORY, std::nullopt, now);
        }
    }
}

template <typename Before>
void
Connections::Bury(Before before)
{
    if (!m_dead.empty())
    {
        before();
        m_dead.clear();
    }
}

} // namespace sonda

#endif
