#ifndef SONDA_MODEL_NS3_TCP_CONNECTION_H
#define SONDA_MODEL_NS3_TCP_CONNECTION_H

#include "ns3/address.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"

#include <cstdint>

namespace sonda::sim
{

class TcpConnection;
class TcpEar;

/** Why a TCP connection is over before both ends have closed it. */
enum class TcpFailure
{
    REFUSED, //!< a reset answered the attempt to connect
    RESET,   //!< the peer reset it
    GIVEN_UP //!< nobody answered for so long that ns-3 gave up, or there is no way to the peer
};

/**
 * What a connection tells its user. The user may close or destroy the connection in any of them.
 * Nothing is told from within a call of the connection's functions.
 */
class TcpUser
{
  public:
    /** It stands; for a connection that was opened here, before anything else and once. */
    virtual void
    OnConnected(TcpConnection&)
    {
    }

    /** There is something to read. */
    virtual void OnReadable(TcpConnection& connection) = 0;

    /** There is room to send again, or the first time. */
    virtual void
    OnWritable(TcpConnection&)
    {
    }

    /** The peer sends no more, and all that it sent can be read; once. Sending may go on. */
    virtual void OnEnd(TcpConnection& connection) = 0;

    /** It is over; once and the last that is told. What was received can be read still. */
    virtual void OnFailed(TcpConnection& connection, TcpFailure why) = 0;

  protected:
    ~TcpUser() = default;
};

/**
 * One end of a TCP connection over ns-3's TCP, which tells what an application must know.
 *
 * ns-3 (3.37 to 3.48) ignores the reset that answers a SYN to a closed port, tells any other reset
 * by the callback of a normal close, and tells none at all once the peer has closed. A closed
 * socket that has yet something to send goes on connecting. So resets are heard where every segment
 * is, in the trace source Rx of TcpSocketBase, and nothing is sent before the connection stands.
 *
 * A reset is told by an event of the same moment, when ns-3 is done with the segment. It is not
 * told when all is said: the peer's end was told, EndSending() was called, and the peer has
 * acknowledged every byte.
 *
 * Owns its socket's callbacks, not its user, which must outlive it. Does not move.
 */
class TcpConnection
{
  public:
    /**
     * Begins to connect.
     * \param stack node on whose network stack
     * \param to an InetSocketAddress
     */
    TcpConnection(TcpUser& user, ns3::Ptr<ns3::Node> stack, const ns3::Address& to);

    /** Takes a connection over that a listener has accepted, in the accept callback. */
    TcpConnection(TcpUser& user, ns3::Ptr<ns3::Socket> accepted);

    /** Closes it, and tells nothing more. */
    ~TcpConnection();
    TcpConnection(const TcpConnection&) = delete;
    TcpConnection& operator=(const TcpConnection&) = delete;

    /** \return bytes that can be sent now; 0 unless it stands. */
    std::uint32_t Room() const;

    /** Sends. \return whether it was taken, whole: at most Room() bytes are. */
    bool Send(ns3::Ptr<ns3::Packet> packet);

    /** \return bytes that can be read now. */
    std::uint32_t Readable() const;

    /** \return up to \p most bytes, or null when there are none. */
    ns3::Ptr<ns3::Packet> Receive(std::uint32_t most);

    /** Reads what is there and forgets it. \return how many bytes it was */
    std::uint32_t Discard();

    /** Sends no more: the peer is told after what was sent. */
    void EndSending();

    /**
     * Closes both directions and tells nothing more; harmless when it is over. As with a real stack
     * the peer hears a reset when something was not read, else an end after what was sent.
     */
    void Close();

  private:
    friend class TcpEar;

    void Listen();
    bool IsWhole() const;

    TcpUser& m_user;
    ns3::Ptr<ns3::Socket> m_socket; //!< null after Close()
    ns3::Ptr<TcpEar> m_ear;         //!< lives as long as the socket
    bool m_connected;
    bool m_ended{false};         //!< OnEnd() was called
    bool m_saidAll{false};       //!< EndSending() was called
    std::uint32_t m_mostRoom{0}; //!< of the socket: so much there is when all is acknowledged
};

} // namespace sonda::sim

#endif
