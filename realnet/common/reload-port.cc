#include "realnet/common/reload-port.h"

#include "realnet/common/log.h"

#include <asio/buffer.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <iostream>
#include <sstream>
#include <sys/socket.h>
#include <sys/un.h>

namespace sonda
{

namespace
{

constexpr const char* REQUEST = "reload\n";
constexpr const char* DONE = "reloaded\n";
constexpr std::size_t MOST_REQUEST_BYTES = 64;
/** A reload reads a few files; a hung program is the watchdog's to find. */
constexpr int ANSWER_PATIENCE_S = 60;
/** After a failure that the next trial would meet again. */
constexpr Duration PAUSE = std::chrono::milliseconds(200);

/** \return the folder that the service manager made for the program; "" for none. */
std::string
RuntimeFolder()
{
    const char* folders = std::getenv("RUNTIME_DIRECTORY"); // there may be several
    return folders == nullptr ? "" : std::string(folders).substr(0, std::string(folders).find(':'));
}

std::string
SocketPath(const std::string& folder)
{
    return folder + "/reload";
}

/** \return whether the path fits. */
bool
Fill(sockaddr_un& address, const std::string& path)
{
    address = {};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path))
    {
        errno = ENAMETOOLONG;
        return false;
    }
    path.copy(address.sun_path, path.size());
    return true;
}

Descriptor
Connect(const std::string& path)
{
    sockaddr_un address{};
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket || !Fill(address, path) ||
        connect(socket.Get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    {
        return {};
    }
    return socket;
}

/** \return whether the one at the other end is root or who we are. */
bool
MayAsk(int socket)
{
    ucred peer{};
    socklen_t size = sizeof(peer);
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

/** Reads to the end. \return what came; "" when nothing does in time */
std::string
ReadAnswer(int socket)
{
    const timeval patience{ANSWER_PATIENCE_S, 0};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    std::string answer;
    char buffer[4096];
    ssize_t count = 0;
    while ((count = recv(socket, buffer, sizeof(buffer), 0)) > 0)
    {
        answer.append(buffer, static_cast<std::size_t>(count));
    }
    return count < 0 ? "" : answer;
}

} // namespace

Expected<Descriptor>
OpenReloadSocket()
{
    const std::string folder = RuntimeFolder();
    if (folder.empty())
    {
        return Descriptor();
    }
    const std::string path = SocketPath(folder);
    sockaddr_un address{};
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket || !Fill(address, path))
    {
        return SystemError(path);
    }
    if (Connect(path))
    {
        return Error{path + ": another process answers there (RUNTIME_DIRECTORY)"};
    }
    if (errno == ECONNREFUSED)
    {
        unlink(path.c_str());
    }
    if (bind(socket.Get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
        listen(socket.Get(), 8) != 0)
    {
        return SystemError(path + " (RUNTIME_DIRECTORY)");
    }
    return socket;
}

ReloadPort::ReloadPort(asio::io_context& io, Descriptor socket, Reload reload)
    : m_io(io),
      m_client(io),
      m_timer(io),
      m_reload(std::move(reload))
{
    if (socket)
    {
        m_acceptor.emplace(io, Protocol(), socket.Release());
    }
}

void
ReloadPort::Start()
{
    if (m_acceptor)
    {
        TakeNext();
    }
}

void
ReloadPort::TakeNext()
{
    m_text.clear();
    m_client = Protocol::socket(m_io);
    m_acceptor->async_accept(m_client,
                             [this](const asio::error_code& error)
                             {
                                 if (error == asio::error::operation_aborted)
                                 {
                                     return;
                                 }
                                 if (!error && MayAsk(m_client.native_handle()))
                                 {
                                     Listen();
                                     return;
                                 }
                                 m_timer.expires_after(PAUSE);
                                 m_timer.async_wait(
                                     [this](const asio::error_code& ended)
                                     {
                                         if (!ended)
                                         {
                                             TakeNext();
                                         }
                                     });
                             });
}

void
ReloadPort::Listen()
{
    m_timer.expires_after(PATIENCE);
    m_timer.async_wait(
        [this](const asio::error_code& error)
        {
            if (!error)
            {
                asio::error_code ignored;
                m_client.shutdown(Protocol::socket::shutdown_both, ignored);
            }
        });
    asio::async_read_until(m_client,
                           asio::dynamic_buffer(m_text, MOST_REQUEST_BYTES),
                           '\n',
                           [this](const asio::error_code& error, std::size_t)
                           {
                               if (error == asio::error::operation_aborted)
                               {
                                   return;
                               }
                               if (!error && m_text == REQUEST)
                               {
                                   Answer();
                                   return;
                               }
                               m_timer.cancel();
                               TakeNext();
                           });
}

void
ReloadPort::Answer()
{
    const Problems problems = m_reload();
    m_text = problems.empty() ? DONE : "";
    for (const Problem& problem : problems)
    {
        m_text += ToString(problem) + "\n";
    }
    asio::async_write(m_client,
                      asio::buffer(m_text),
                      [this](const asio::error_code& error, std::size_t)
                      {
                          if (error != asio::error::operation_aborted)
                          {
                              m_timer.cancel();
                              TakeNext();
                          }
                      });
}

int
AskForReload(const std::string& program)
{
    std::string folder = RuntimeFolder();
    folder = folder.empty() ? "/run/" + program : folder;
    const std::string path = SocketPath(folder);
    const Descriptor socket = Connect(path);
    if (!socket)
    {
        return FailStart(
            program,
            SystemError("reload: no running " + program + " is asked at " + path).message);
    }
    const std::string request = REQUEST;
    std::string answer;
    if (send(socket.Get(), request.data(), request.size(), MSG_NOSIGNAL) ==
        static_cast<ssize_t>(request.size()))
    {
        answer = ReadAnswer(socket.Get());
    }
    if (answer == DONE)
    {
        std::cout << program << ": " << answer;
        return 0;
    }
    if (answer.empty())
    {
        return FailStart(program, "reload: the running " + program + " gave no answer");
    }
    std::istringstream lines(answer);
    for (std::string line; std::getline(lines, line);)
    {
        FailStart(program, line);
    }
    return FailStart(program, "reload refused: the configuration in force stays");
}

std::string
DescribeReload(const Problems& problems)
{
    if (problems.empty())
    {
        return "READY=1\nSTATUS=";
    }
    const std::string first = ToString(problems.front());
    return fmt::format("READY=1\nSTATUS=The last reload was refused ({} problems): {}",
                       problems.size(),
                       first.substr(0, first.find('\n')));
}

} // namespace sonda
