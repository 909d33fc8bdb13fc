#include "realnet/common/datagram-port.h"

#include "realnet/common/clock.h"
#include "realnet/common/counters-json.h"

#include <utility>

namespace sonda
{

DatagramPort::DatagramPort(asio::io_context& io, UdpSocket socket)
    : m_socket(std::move(socket)),
      m_readable(io, m_socket.Handle())
{
}

DatagramPort::~DatagramPort()
{
    m_readable.release();
}

void
DatagramPort::Start(std::function<void(const Datagram&)> onDatagram,
                    std::function<void()> afterTurn)
{
    m_onDatagram = std::move(onDatagram);
    m_afterTurn = std::move(afterTurn);
    Wait();
}

void
DatagramPort::Wait()
{
    m_readable.async_wait(asio::posix::stream_descriptor::wait_read,
                          [this, life = std::weak_ptr(m_life)](const asio::error_code& error)
                          {
                              if (!error && !life.expired())
                              {
                                  TakeDatagrams();
                                  Wait();
                              }
                          });
}

void
DatagramPort::TakeDatagrams()
{
    for (int taken = 0; taken < DATAGRAMS_PER_TURN; ++taken)
    {
        const auto datagram = m_socket.Receive();
        if (!datagram)
        {
            break;
        }
        m_onDatagram(*datagram);
    }
    m_afterTurn();
}

void
DatagramPort::LogRefusal(const Refusal& refusal, const Datagram& datagram)
{
    auto& limiter = m_refusalLog[static_cast<std::size_t>(refusal.reason)];
    if (const auto silenced = limiter.Allow(Now()))
    {
        spdlog::warn("datagram of {}:{} refused: {}{}{}{}",
                     datagram.address,
                     datagram.port,
                     ToString(refusal.reason),
                     refusal.detail.empty() ? "" : ": ",
                     Printable(refusal.detail),
                     Silenced(*silenced));
    }
}

} // namespace sonda
