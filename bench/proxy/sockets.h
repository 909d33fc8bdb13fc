#ifndef SONDA_BENCH_PROXY_SOCKETS_H
#define SONDA_BENCH_PROXY_SOCKETS_H

#include "realnet/common/clock.h"
#include "realnet/common/descriptor.h"
#include "realnet/common/socket-address.h"

#include <sys/epoll.h>
#include <vector>

/**
 * What the responder and the client of `./sonda bench proxy` share. One thread each. Whatever goes
 * wrong ends the program: a benchmark that goes on without a connection measures something else.
 */
namespace sonda::bench
{

/** Prints the error and ends the program with 1. */
[[noreturn]] void Fail(const Error& error);

/** \return \p result of a system call; ends the program when it is negative. */
int Must(int result, const char* what);

/** \return a socket that listens, does not block and makes sockets with TCP_NODELAY. */
Descriptor Listen(const SocketAddress& at);

/** Where connections go, and the addresses that they come from, in turn. */
class Route
{
  public:
    /**
     * \param sources how many addresses, from 127.1.0.1 on: each has its own 28,000 local ports;
     *        0: the kernel chooses
     */
    Route(const SocketAddress& to, unsigned sources);

    /** \return a socket that connects and does not block; the error if there is one at once. */
    Expected<Descriptor> Start();

    /** \return a connected socket that blocks, for at most 5 s at a time. */
    Descriptor Connect();

  private:
    Descriptor MakeSocket(int flags);

    SocketAddress m_to;
    std::vector<SocketAddress> m_sources;
    std::size_t m_next{0};
};

/** An epoll that hands out a number for each event. */
class Poller
{
  public:
    Poller();

    /** \param tag comes back with the events */
    void Add(int socket, std::uint32_t events, std::uint64_t tag);
    void Change(int socket, std::uint32_t events, std::uint64_t tag);

    /** \return the events that are there at \p until at the latest, perhaps none. */
    const std::vector<epoll_event>& Wait(Instant until);

    /** \return the same, waiting as long as it takes. */
    const std::vector<epoll_event>& Wait();

  private:
    const std::vector<epoll_event>& WaitFor(const timespec* time);

    Descriptor m_epoll;
    std::vector<epoll_event> m_room;
    std::vector<epoll_event> m_events;
};

/** \return whether the last system call failed only because there is nothing to do now. */
bool WouldBlock();

} // namespace sonda::bench

#endif
