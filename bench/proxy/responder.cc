#include "bench/proxy/answers.h"
#include "bench/proxy/sockets.h"
#include "realnet/proxy/descriptor-budget.h"

#include <charconv>
#include <iostream>
#include <string>
#include <sys/socket.h>

/**
 * The server behind every proxy of `./sonda bench proxy`: one epoll loop that does next to nothing.
 *
 *   bench-responder ADDRESS…      prints "listening ADDRESS:PORT …", ports of the kernel's choice
 *
 * Lines on its standard input are obeyed and answered: `http` (from the start: answers requests,
 * see answers.h), `greet` (speaks first, and no more), `count` (answers with the number of
 * connections that are open). It ends when its standard input does, so it never outlives who
 * started it.
 */
namespace sonda::bench
{

namespace
{

/** An open connection; `left` counts the bytes of a stream that are still to be sent. */
struct Connection
{
    Descriptor socket;
    std::string head;
    std::uint64_t left{0};
};

class Responder
{
  public:
    explicit Responder(const std::vector<std::string>& addresses);

    /** Works until standard input ends. */
    void Run();

  private:
    void Obey();
    void Accept(int listener);
    void Read(int socket);
    void Answer(int socket, std::string_view request);
    void Stream(int socket);
    void Close(int socket);
    void Send(int socket, std::string_view text);

    Poller m_poller;
    std::vector<Descriptor> m_listeners;
    std::vector<Connection> m_connections; //!< by descriptor
    std::string m_bulk;                    //!< what streams are made of
    std::string m_commands;                //!< of standard input, not yet a line
    std::size_t m_open{0};
    bool m_speaksFirst{false};
    bool m_isOver{false};
};

/** In the tag of an event, beside the descriptor. */
constexpr std::uint64_t LISTENER = std::uint64_t(1) << 32;
constexpr std::size_t BULK_AT_A_TIME = 256 * 1024;
constexpr std::size_t LONGEST_HEAD = 16 * 1024;
constexpr int ACCEPTED_AT_A_TIME = 64;

Responder::Responder(const std::vector<std::string>& addresses)
    : m_bulk(BULK_AT_A_TIME, 'x')
{
    std::cout << "listening";
    for (const auto& address : addresses)
    {
        m_listeners.push_back(Listen(SocketAddress(address, 0)));
        const int listener = m_listeners.back().Get();
        m_poller.Add(listener, EPOLLIN, LISTENER | listener);
        std::cout << ' ' << address << ':' << LocalAddress(listener).Port();
    }
    std::cout << std::endl;
    m_poller.Add(STDIN_FILENO, EPOLLIN, STDIN_FILENO);
}

void
Responder::Run()
{
    while (!m_isOver)
    {
        for (const auto& event : m_poller.Wait())
        {
            const int socket = static_cast<int>(event.data.u64 & (LISTENER - 1));
            if (socket == STDIN_FILENO)
            {
                Obey();
            }
            else if (event.data.u64 & LISTENER)
            {
                Accept(socket);
            }
            else if (m_connections[socket].left > 0)
            {
                Stream(socket);
            }
            else
            {
                Read(socket);
            }
        }
    }
}

void
Responder::Obey()
{
    char buffer[256];
    const ssize_t got = read(STDIN_FILENO, buffer, sizeof buffer);
    m_isOver = got <= 0;
    m_commands.append(buffer, std::max<ssize_t>(got, 0));
    for (std::size_t end; (end = m_commands.find('\n')) != std::string::npos;)
    {
        const std::string command = m_commands.substr(0, end);
        m_commands.erase(0, end + 1);
        if (command == "count")
        {
            std::cout << m_open << std::endl;
            continue;
        }
        if (command != "greet" && command != "http")
        {
            Fail(Error{"\"" + command + "\" is no command; there are: http, greet, count"});
        }
        m_speaksFirst = command == "greet";
        std::cout << command << std::endl;
    }
}

void
Responder::Accept(int listener)
{
    for (int i = 0; i < ACCEPTED_AT_A_TIME; ++i)
    {
        Descriptor socket(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket)
        {
            if (!WouldBlock() && errno != ECONNABORTED)
            {
                Fail(SystemError("accept4"));
            }
            return;
        }
        const int number = socket.Get();
        if (m_connections.size() <= static_cast<std::size_t>(number))
        {
            m_connections.resize(number + 1);
        }
        m_poller.Add(number, EPOLLIN, number);
        m_connections[number] = {std::move(socket), {}, 0};
        ++m_open;
        if (m_speaksFirst)
        {
            Send(number, GREETING);
        }
    }
}

void
Responder::Read(int socket)
{
    char buffer[4096];
    const ssize_t got = recv(socket, buffer, sizeof buffer, 0);
    if (got < 0 && WouldBlock())
    {
        return;
    }
    Connection& connection = m_connections[socket];
    if (got <= 0 || connection.head.size() > LONGEST_HEAD)
    {
        Close(socket); // a reset is the client's way to end, too
        return;
    }
    connection.head.append(buffer, got);
    for (std::size_t end; connection.left == 0 && connection.socket &&
                          (end = connection.head.find("\r\n\r\n")) != std::string::npos;)
    {
        const std::string request = connection.head.substr(0, end + 2);
        connection.head.erase(0, end + 4);
        Answer(socket, request);
    }
}

void
Responder::Answer(int socket, std::string_view request)
{
    if (request.starts_with(BULK_REQUEST))
    {
        std::uint64_t& left = m_connections[socket].left;
        std::from_chars(request.data() + BULK_REQUEST.size(),
                        request.data() + request.size(),
                        left);
        m_poller.Change(socket, EPOLLOUT, socket);
    }
    else if (request.find("\r\nConnection: close\r\n") != std::string_view::npos)
    {
        Send(socket, CLOSING_ANSWER);
        Close(socket);
    }
    else
    {
        Send(socket, KEEP_ALIVE_ANSWER);
    }
}

void
Responder::Stream(int socket)
{
    std::uint64_t& left = m_connections[socket].left;
    // From memory that stays in the CPU's cache. sendfile() saves the copy and is slower by half:
    // it makes packets of single pages, and then the server is what all proxies wait for.
    const ssize_t sent =
        send(socket, m_bulk.data(), std::min<std::uint64_t>(left, m_bulk.size()), MSG_NOSIGNAL);
    if (sent < 0)
    {
        if (!WouldBlock())
        {
            Close(socket);
        }
        return;
    }
    left -= sent;
    if (left == 0)
    {
        Close(socket);
    }
}

void
Responder::Send(int socket, std::string_view text)
{
    // A connection on which an answer finds no room, or that is reset, is missed by the client.
    if (send(socket, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
    {
        Close(socket);
    }
}

void
Responder::Close(int socket)
{
    if (m_connections[socket].socket)
    {
        m_connections[socket] = Connection{};
        --m_open;
    }
}

} // namespace

} // namespace sonda::bench

int
main(int argc, char** argv)
{
    if (argc < 2)
    {
        std::cerr << "usage: bench-responder ADDRESS…\n";
        return 2;
    }
    sonda::RaiseDescriptorLimit();
    sonda::bench::Responder(std::vector<std::string>(argv + 1, argv + argc)).Run();
    return 0;
}
