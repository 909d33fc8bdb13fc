#ifndef SONDA_REALNET_COMMON_RELOAD_PORT_H
#define SONDA_REALNET_COMMON_RELOAD_PORT_H

#include "realnet/common/configuration.h"
#include "realnet/common/descriptor.h"

#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <string>

/**
 * How a reload is asked for and answered: `PROGRAM --reload` connects to a Unix socket of the
 * running program, which reads its configuration anew with its own eyes and says what came of it. A
 * signal could not answer, and a second process does not see what the running one sees: systemd
 * gives it no credentials.
 *
 * The socket is `reload` in the folder that RUNTIME_DIRECTORY names (systemd's RuntimeDirectory=);
 * without that there is none. Only root and the program's own user may ask.
 */
namespace sonda
{

/**
 * Makes the socket; start-up only. What a process that is gone left there is replaced.
 * \return the listening socket, no descriptor without RUNTIME_DIRECTORY, or why it cannot be made
 */
Expected<Descriptor> OpenReloadSocket();

/** Descriptors that a ReloadPort may hold: the socket and one client. */
constexpr std::size_t RELOAD_DESCRIPTORS = 2;

/** Answers on the socket, one client after the other. The thread of the io_context. */
class ReloadPort
{
  public:
    /** \return what is wrong with the configuration; nothing when it is in force now. */
    using Reload = std::function<Problems()>;

    /** A client that has not asked after this is dropped. */
    static constexpr Duration PATIENCE = std::chrono::seconds(2);

    /** \param socket of OpenReloadSocket(); none: nobody can ask */
    ReloadPort(asio::io_context& io, Descriptor socket, Reload reload);

    /** Begins to take clients. */
    void Start();

  private:
    using Protocol = asio::local::stream_protocol;

    void TakeNext();
    void Listen();
    void Answer();

    asio::io_context& m_io;
    std::optional<Protocol::acceptor> m_acceptor;
    Protocol::socket m_client;
    asio::steady_timer m_timer;
    Reload m_reload;
    std::string m_text; //!< the request, then the answer
};

/**
 * `--reload`: asks the running program and prints what it answers. It is found by
 * RUNTIME_DIRECTORY, else in /run/PROGRAM.
 * \return the exit code: 0 when the configuration is in force, else 1
 */
int AskForReload(const std::string& program);

/** \return the lines for the service manager at the end of a reload. */
std::string DescribeReload(const Problems& problems);

} // namespace sonda

#endif
