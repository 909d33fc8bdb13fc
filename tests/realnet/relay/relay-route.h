#ifndef SONDA_TESTS_REALNET_RELAY_RELAY_ROUTE_H
#define SONDA_TESTS_REALNET_RELAY_RELAY_ROUTE_H

#include "realnet/relay/relay-io.h"
#include "realnet/relay/socket-events.h"
#include "tests/catch.h"
#include "tests/realnet/relay/wire.h"

#include <array>
#include <cstdint>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <vector>

namespace sonda::test
{

/** What stands at a place of a stream; every stream is another one. */
inline char
ByteAt(unsigned stream, std::uint64_t place)
{
    const std::uint64_t mixed = (place + 1) * 0x9e3779b97f4a7c15U + stream * 0xbf58476d1ce4e5b9U;
    return static_cast<char>(mixed >> 56);
}

/** A connection through a RelayIo, with both peers; each sends a stream of its own. */
class Route
{
  public:
    Route(RelayIo& io, unsigned number)
        : m_io(io),
          m_number(number),
          m_epoll(epoll_create1(EPOLL_CLOEXEC)),
          m_conduit(std::move(m_wires[0].near))
    {
        m_conduit.m_server = std::move(m_wires[1].near);
        for (const Side side : {Side::CLIENT, Side::SERVER})
        {
            epoll_event event{};
            event.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
            event.data.u32 = static_cast<std::uint32_t>(side);
            REQUIRE(epoll_ctl(m_epoll.Get(), EPOLL_CTL_ADD, m_conduit.Socket(side), &event) == 0);
        }
    }

    /** The peer at \p side sends up to \p bytes; the last one urgent if \p flags say so. */
    void
    Send(Side side, std::size_t bytes, int flags = 0)
    {
        std::vector<char> data(bytes);
        for (std::size_t i = 0; i < bytes; ++i)
        {
            data[i] = ByteAt(Stream(side), m_sent[Index(side)] + i);
        }
        const ssize_t n = send(Far(side), data.data(), bytes, MSG_DONTWAIT | MSG_NOSIGNAL | flags);
        m_sent[Index(side)] += n > 0 ? static_cast<std::uint64_t>(n) : 0;
    }

    /** The peer at \p side sends nothing more. */
    void
    End(Side side)
    {
        REQUIRE(shutdown(Far(side), SHUT_WR) == 0);
    }

    /** \return whether the peer at \p side, which has taken all bytes, sees the end of the stream.
     */
    bool
    IsEndSeen(Side side)
    {
        for (int turn = 0; turn < 100; ++turn)
        {
            Turn();
        }
        char byte = 0;
        return recv(Far(side), &byte, 1, MSG_DONTWAIT) == 0;
    }

    /** The peer at \p side takes up to \p bytes, and looks at them. \return how many */
    std::size_t
    Take(Side side, std::size_t bytes)
    {
        std::vector<char> data(bytes);
        const ssize_t n = recv(Far(side), data.data(), bytes, MSG_DONTWAIT);
        std::uint64_t& taken = m_taken[Index(side)];
        for (ssize_t i = 0; i < n; ++i, ++taken)
        {
            // REQUIRE alone would take most of the time.
            if (data[static_cast<std::size_t>(i)] != ByteAt(Stream(Other(side)), taken))
            {
                INFO("connection " << m_number << ", byte " << taken << " to the "
                                   << ToString(side));
                FAIL("another byte than was sent");
            }
        }
        return n > 0 ? static_cast<std::size_t>(n) : 0;
    }

    /** One turn of a worker. */
    void
    Turn()
    {
        std::array<epoll_event, 2> events;
        const int n = epoll_wait(m_epoll.Get(), events.data(), events.size(), 0);
        for (int i = 0; i < n; ++i)
        {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            m_conduit.m_relay.OnEvents(static_cast<Side>(event.data.u32),
                                       ToSocketEvents(event.events));
        }
        if (n > 0 || m_conduit.m_relay.HasWork())
        {
            m_conduit.m_relay.StartPass();
            m_io.Pump(m_conduit, Side::CLIENT);
            m_io.Pump(m_conduit, Side::SERVER);
        }
    }

    /** Until all that was sent has arrived; no more turns than that can take. */
    void
    Deliver()
    {
        for (int turn = 0; turn < 20'000 && !AllArrived(); ++turn)
        {
            Turn();
            Take(Side::CLIENT, 1 << 20);
            Take(Side::SERVER, 1 << 20);
        }
        INFO("connection " << m_number << ": sent by client and server " << m_sent[0] << " and "
                           << m_sent[1] << ", arrived " << m_taken[1] << " and " << m_taken[0]);
        REQUIRE(AllArrived());
    }

    void
    Finish()
    {
        Deliver();
        m_io.Release(m_conduit);
    }

    std::uint64_t
    Spliced() const
    {
        return m_conduit.From(Side::CLIENT).spliced + m_conduit.From(Side::SERVER).spliced;
    }

    /** \return the relay's socket of \p side. */
    int
    Near(Side side) const
    {
        return m_conduit.Socket(side);
    }

    std::uint64_t
    Sent(Side side) const
    {
        return m_sent[Index(side)];
    }

  private:
    static std::size_t
    Index(Side side)
    {
        return static_cast<std::size_t>(side);
    }

    unsigned
    Stream(Side side) const
    {
        return 2 * m_number + static_cast<unsigned>(side);
    }

    int
    Far(Side side) const
    {
        return m_wires[Index(side)].far.Get();
    }

    bool
    AllArrived() const
    {
        return m_taken[0] == m_sent[1] && m_taken[1] == m_sent[0];
    }

    RelayIo& m_io;
    unsigned m_number;
    /** Of client and server; that of the client is soon full. */
    std::array<Wire, 2> m_wires{Wire(16 * 1024), Wire(128 * 1024)};
    Descriptor m_epoll;
    Conduit m_conduit;
    std::array<std::uint64_t, 2> m_sent{};
    std::array<std::uint64_t, 2> m_taken{};
};

} // namespace sonda::test

#endif
