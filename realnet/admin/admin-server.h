#ifndef SONDA_REALNET_ADMIN_ADMIN_SERVER_H
#define SONDA_REALNET_ADMIN_ADMIN_SERVER_H

#include "model/base/error.h"
#include "model/protocol/pdu.h"
#include "realnet/admin/admin-limits.h"
#include "realnet/admin/http-server.h"
#include "realnet/admin/snapshot-board.h"
#include "realnet/common/admin-token.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace sonda
{

/**
 * HTTP for operators: page, state, events, metrics, draining by hand (docs/monitoring.md). Its own
 * listener and its own few threads; all it reads is the newest snapshot on its board, so that
 * nothing a client does reaches the data path. Clients beyond the threads wait in the kernel; what
 * a client may send, and how long it may take, is HttpServer's.
 *
 * On a loopback address it answers only requests whose Host is an address or "localhost": a page of
 * another site whose name was made to point here gets nothing.
 *
 * Control thread, except where said.
 */
class AdminServer
{
  public:
    /** \return false: there is no such agent. Called by any thread. */
    using Drain = std::function<bool(const std::string& id, bool drained)>;

    /**
     * Binds. Nothing is answered before Start().
     * \param token nothing: draining over HTTP is refused
     * \return the server, or an error that says where and why not
     */
    static Expected<std::unique_ptr<AdminServer>> Open(const Endpoint& at,
                                                       std::optional<AdminToken> token,
                                                       Drain drain);

    ~AdminServer();

    /** \return whether only this machine reaches the address. */
    static bool IsLoopback(const Endpoint& at);

    /** \return where it listens; with the port that the kernel chose for port 0. */
    const Endpoint&
    At() const
    {
        return m_at;
    }

    /** What changes something must show this from now on. \param token nothing: it is refused */
    void SetToken(std::optional<AdminToken> token);

    /** Begins to answer. The calling thread's signal mask is that of the server's threads. */
    void Start();

    /** Makes the snapshot what is answered from now on. */
    void
    Publish(std::shared_ptr<const AdminSnapshot> snapshot)
    {
        m_board.Publish(std::move(snapshot));
    }

    /** Ends all answers and threads; idle connections delay that by HttpServer::READ_PATIENCE,
     * twice when all threads and places are taken. */
    void Stop();

  private:
    using Request = httplib::Request;
    using Response = httplib::Response;

    AdminServer(std::optional<AdminToken> token, Drain drain);
    std::optional<Error> Bind(const Endpoint& at);

    // Any thread of the server.
    void Route(const Request& request, Response& response);
    void Get(const Request& request, Response& response);
    bool GetPage(const Request& request, Response& response) const;
    void GetEvents(Response& response);
    bool SendEvent(httplib::DataSink& sink, std::uint64_t& seen) const;
    void GetHistory(const Request& request, Response& response) const;
    void GetHealth(Response& response) const;
    void GetReadiness(Response& response) const;
    void Post(const Request& request, Response& response) const;
    std::optional<AdminToken> Token() const;
    bool HostIsOurs(const Request& request) const;

    mutable std::mutex m_tokenMutex;
    std::optional<AdminToken> m_token; //!< under the mutex
    Drain m_drain;
    Endpoint m_at;
    bool m_loopback{true};
    SnapshotBoard m_board;
    std::atomic<int> m_eventReaders{0};
    HttpServer m_server;
    std::thread m_thread;
};

} // namespace sonda

#endif
