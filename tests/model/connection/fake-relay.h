#ifndef SONDA_TESTS_MODEL_CONNECTION_FAKE_RELAY_H
#define SONDA_TESTS_MODEL_CONNECTION_FAKE_RELAY_H

#include "model/connection/relay.h"

#include <array>
#include <cstdint>
#include <optional>

namespace sonda::test
{

/**
 * A TCP socket of the proxy as the kernel behaves, without kernel. Bytes are only counted: a relay
 * that neither loses nor adds any, and never holds two reads at once, keeps their order.
 */
struct FakeSocket
{
    // What the peer did.
    std::size_t sent{0}; //!< before its end or reset
    bool finSent{false};
    bool rstSent{false};
    bool finBeforeRst{false};

    // What the proxy's kernel has.
    std::size_t unread{0};
    std::size_t room{0}; //!< that the send buffer still has
    bool errorPending{false};
    std::optional<std::size_t> mark; //!< unread bytes before the last urgent one

    // What was passed on to the peer.
    std::size_t delivered{0};
    bool finDelivered{false};

    // Edges that epoll has not reported yet.
    bool readableEdge{false};
    bool writableEdge{false};
    bool closedEdge{false};
    bool urgentEdge{false};
    bool wantsRoom{false}; //!< a write was refused: the next room is an edge
};

/** A Relay between two fake sockets, driven as a worker drives it, with edges and nothing else. */
class FakeRelay
{
  public:
    FakeSocket&
    At(Side side)
    {
        return m_sockets[static_cast<std::size_t>(side)];
    }

    // What peers do.
    void Arrive(Side side, std::size_t bytes);
    /** One byte more, which is urgent; kept in its place (SO_OOBINLINE). */
    void Urge(Side side);
    void Fin(Side side);
    void Rst(Side side);
    void GrowRoom(Side side, std::size_t bytes);

    /** Fetches events: tells the relay of all edges since the last time. */
    void Fetch();

    /**
     * Passes until there is no work left, on the events that were fetched. What happened since
     * then, the relay finds out by its reads and writes only.
     * \param readsPerPass as the worker's share
     * \param allowPipe whether pipes can be had
     */
    void Serve(int readsPerPass, bool allowPipe);

    /** Fetches and serves. */
    void Run(int readsPerPass, bool allowPipe);

    Relay m_relay;
    std::size_t m_mostHeld{0};
    std::uint64_t m_fills{0};  //!< reads through the pipe
    std::uint64_t m_passes{0}; //!< of the last Run()

  private:
    void Report(Side side);
    void Pump(Side source, int reads, bool allowPipe);
    void Read(Side source, std::size_t asked);
    void Splice(Side source);
    void Take(Side source, std::size_t bytes, std::size_t asked);
    void ReadEnd(Side source);
    void Write(Side source);

    std::array<FakeSocket, 2> m_sockets;
    bool m_woken{false};
};

} // namespace sonda::test

#endif
