#ifndef SONDA_REALNET_ADMIN_HTTP_LISTENER_H
#define SONDA_REALNET_ADMIN_HTTP_LISTENER_H

#include "model/base/error.h"
#include "model/base/time.h"
#include "model/protocol/pdu.h"
#include "realnet/admin/http-message.h"
#include "realnet/common/descriptor.h"
#include "realnet/common/log.h"

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <thread>
#include <vector>

struct MHD_Daemon;

namespace sonda
{

/**
 * libmicrohttpd's server for clients that nobody vouches for, on one thread of its own. The library
 * parses, bounds memory by connection and the number of connections, and drops the silent; its
 * event loop is driven from here (its "external" mode), because three things are not its own:
 *
 * - a request that trickles is cut after a total time, and when every place is taken who is slow
 *   makes room (admin-limits.h);
 * - streams that have nothing to send are suspended until Wake();
 * - when the kernel is short of files, the library would try again without a pause, or wait for the
 *   end of a connection that may never end.
 *
 * One request a connection: an idle one would hold a place. The handler is called by the listener's
 * thread alone, one call at a time; an exception of it costs that client its connection.
 */
class HttpListener
{
  public:
    using Handler = std::function<HttpAnswer(const HttpRequest&)>;

    /** A stream that has nothing to send is asked again after so long. */
    static constexpr Duration HEARTBEAT = std::chrono::seconds(10);

    /**
     * Binds and listens; nothing is answered before Start().
     * \param at with port 0 the kernel chooses
     * \return the listener, or an error with the kernel's reason
     */
    static Expected<std::unique_ptr<HttpListener>> Open(const Endpoint& at, Handler handler);

    ~HttpListener();

    /** \return where it listens. */
    const Endpoint&
    At() const
    {
        return m_at;
    }

    /** Begins to answer, on a thread with the caller's signal mask. Once. */
    void Start();

    /** Streams that had nothing are asked again. Any thread. */
    void Wake();

    /** Ends every answer, the thread and the listening. The thread of Start(). */
    void Stop();

    /** \internal What libmicrohttpd calls; in the source file. */
    struct Callbacks;

  private:
    enum class Phase
    {
        REQUEST, //!< is yet to come whole
        ANSWER,  //!< is being sent
        STREAM   //!< without an end of its own
    };

    /** One connection. */
    struct Client
    {
        int socket{-1};
        Instant since{}; //!< when the phase began
        Phase phase{Phase::REQUEST};
        std::size_t bodyBytes{0};
        bool cut{false}; //!< its stream ends at the next piece
    };

    HttpListener() = default;
    std::optional<Error> Bind(const Endpoint& at);
    std::optional<Error> StartLibrary();
    void Serve();
    void Run(bool mayAccept);
    int Timeout() const;
    void WakeStreams();
    void CutLate(Instant now);
    bool IsLate(const Client& client, Duration age, bool full) const;
    void MendAccepting();
    void Cut(Client& client);
    bool ClientsWait() const;

    Handler m_handler;
    Endpoint m_at;
    int m_family{0};
    Descriptor m_wake;    //!< an eventfd, readable after Wake() and Stop()
    Descriptor m_listens; //!< until the library owns it
    int m_listener{-1};   //!< the same afterwards
    int m_epoll{-1};      //!< the library's
    MHD_Daemon* m_daemon{nullptr};
    std::atomic<bool> m_stopping{false};
    std::thread m_thread;
    LogLimiter m_log;

    // The listener's thread.
    std::list<Client> m_clients; //!< in the order of their coming
    std::vector<MHD_Connection*> m_suspended;
    std::uint64_t m_accepted{0};
    bool m_hasEnded{false};            //!< a connection has, since the library was run last
    std::uint64_t m_acceptedBefore{0}; //!< at the last look at who is late
    unsigned m_looksInVain{0};
    Instant m_nextLook{};
    Instant m_nextHeartbeat{};
};

} // namespace sonda

#endif
