#ifndef SONDA_REALNET_ADMIN_ADMIN_SERVER_H
#define SONDA_REALNET_ADMIN_ADMIN_SERVER_H

#include "model/base/error.h"
#include "model/protocol/pdu.h"
#include "realnet/admin/http-listener.h"
#include "realnet/admin/snapshot-board.h"
#include "realnet/common/admin-token.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace sonda
{

/**
 * HTTP for operators: page, state, events, metrics, draining by hand (docs/monitoring.md). Its own
 * listener and its own thread; all it reads is the newest snapshot on its board, so that nothing a
 * client does reaches the data path. How many clients there may be, what they may send, and how
 * long they may take, is HttpListener's.
 *
 * On a loopback address it answers only requests whose Host is an address or "localhost": a page of
 * another site whose name was made to point here gets nothing.
 *
 * Control thread, except where said.
 */
class AdminServer
{
  public:
    /** \return false: there is no such agent. Called by the listener's thread. */
    using Drain = std::function<bool(const std::string& id, bool drained)>;

    /**
     * Binds. Nothing is answered before Start().
     * \param token nothing: draining over HTTP is refused
     * \return the server, or an error that says where and why not
     */
    static Expected<std::unique_ptr<AdminServer>> Open(const Endpoint& at,
                                                       std::optional<AdminToken> token,
                                                       Drain drain);

    /** \return whether only this machine reaches the address. */
    static bool IsLoopback(const Endpoint& at);

    /** \return where it listens; with the port that the kernel chose for port 0. */
    const Endpoint&
    At() const
    {
        return m_listener->At();
    }

    /** What changes something must show this from now on. \param token nothing: it is refused */
    void SetToken(std::optional<AdminToken> token);

    /** Begins to answer. The calling thread's signal mask is that of the server's thread. */
    void
    Start()
    {
        m_listener->Start();
    }

    /** Makes the snapshot what is answered from now on. */
    void
    Publish(std::shared_ptr<const AdminSnapshot> snapshot)
    {
        m_board.Publish(std::move(snapshot));
        m_listener->Wake();
    }

    /** Ends all answers and the thread; waits for nobody. */
    void
    Stop()
    {
        m_listener->Stop();
    }

  private:
    AdminServer(std::optional<AdminToken> token, Drain drain, bool loopback);

    // The listener's thread.
    HttpAnswer Route(const HttpRequest& request);
    HttpAnswer Get(const HttpRequest& request);
    HttpAnswer GetEvents();
    HttpAnswer GetHealth() const;
    HttpAnswer Post(const HttpRequest& request) const;
    std::optional<AdminToken> Token() const;
    bool HostIsOurs(const HttpRequest& request) const;

    mutable std::mutex m_tokenMutex;
    std::optional<AdminToken> m_token; //!< under the mutex
    Drain m_drain;
    bool m_loopback;
    SnapshotBoard m_board;
    int m_eventReaders{0};                    //!< the listener's thread
    std::unique_ptr<HttpListener> m_listener; //!< ends before what its answers read
};

} // namespace sonda

#endif
