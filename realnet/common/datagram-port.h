#ifndef SONDA_REALNET_COMMON_DATAGRAM_PORT_H
#define SONDA_REALNET_COMMON_DATAGRAM_PORT_H

#include "model/protocol/refusal.h"
#include "realnet/common/log.h"
#include "realnet/common/udp-socket.h"

#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>

namespace sonda
{

/**
 * A UDP socket that is read whenever something arrives, and the log of what its owner refuses.
 * Belongs to the thread that runs the io_context. Not movable: a handler of it waits in there. It
 * may be destroyed at any time, but not by its own handlers.
 */
class DatagramPort
{
  public:
    /** Datagrams taken in a row before timers get their turn, so that a flood delays neither probe
     * nor reply. */
    static constexpr int DATAGRAMS_PER_TURN = 64;

    /** \param io must outlive the port */
    DatagramPort(asio::io_context& io, UdpSocket socket);
    DatagramPort(const DatagramPort&) = delete;
    DatagramPort& operator=(const DatagramPort&) = delete;
    ~DatagramPort();

    /**
     * Begins to read.
     * \param onDatagram gets every datagram, valid during the call
     * \param afterTurn is called once after every row of datagrams
     */
    void Start(std::function<void(const Datagram&)> onDatagram, std::function<void()> afterTurn);

    UdpSocket&
    Socket()
    {
        return m_socket;
    }

    const UdpSocket&
    Socket() const
    {
        return m_socket;
    }

    /** Says that a datagram was refused and why: once a second for each reason. */
    void LogRefusal(const Refusal& refusal, const Datagram& datagram);

  private:
    void Wait();
    void TakeDatagrams();

    UdpSocket m_socket;
    asio::posix::stream_descriptor m_readable; //!< waits for m_socket; does not own the descriptor
    std::function<void(const Datagram&)> m_onDatagram;
    std::function<void()> m_afterTurn;
    std::array<LogLimiter, REFUSAL_REASONS> m_refusalLog;
    /** Ends with the port: a handler that is queued already must not touch it then. */
    std::shared_ptr<const bool> m_life{std::make_shared<const bool>(true)};
};

} // namespace sonda

#endif
