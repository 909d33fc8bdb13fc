#include "model/ns3/tcp-connection.h"

#include "ns3/abort.h"
#include "ns3/simple-ref-count.h"
#include "ns3/simulator.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/tcp-socket-factory.h"

#include <limits>

namespace sonda::sim
{

using SocketPtr = ns3::Ptr<ns3::Socket>;

/**
 * What hears a socket. The socket's callbacks hold it, so that a connection may go in the midst of
 * one, and the socket, which lingers, then speaks to nobody.
 */
class TcpEar : public ns3::SimpleRefCount<TcpEar>
{
  public:
    explicit TcpEar(TcpConnection& connection)
        : m_connection(&connection)
    {
    }

    void
    Forget()
    {
        m_connection = nullptr;
    }

    bool
    IsFailing() const
    {
        return m_failing;
    }

    void
    OnConnected(SocketPtr)
    {
        if (m_connection != nullptr)
        {
            m_connection->m_connected = true;
            m_connection->m_user.OnConnected(*m_connection);
        }
    }

    void
    OnReadable(SocketPtr)
    {
        // ns-3 calls once more for an end.
        if (m_connection != nullptr && m_connection->Readable() > 0)
        {
            m_connection->m_user.OnReadable(*m_connection);
        }
    }

    void
    OnWritable(SocketPtr, std::uint32_t)
    {
        if (m_connection != nullptr && m_connection->m_connected && !m_failing)
        {
            m_connection->m_user.OnWritable(*m_connection);
        }
    }

    void
    OnNormalClose(SocketPtr)
    {
        // After a failure this says nothing new.
        if (m_connection != nullptr && !m_failing)
        {
            m_connection->m_ended = true;
            m_connection->m_user.OnEnd(*m_connection);
        }
    }

    void
    OnGivenUp(SocketPtr)
    {
        Fail(TcpFailure::GIVEN_UP);
    }

    void
    OnSegment(ns3::Ptr<const ns3::Packet>,
              const ns3::TcpHeader& header,
              ns3::Ptr<const ns3::TcpSocketBase>)
    {
        if ((header.GetFlags() & ns3::TcpHeader::RST) != 0)
        {
            Fail(TcpFailure::RESET);
        }
    }

    /** Tells it when ns-3 is done with what it does now: the user may close the socket then. */
    void
    Fail(TcpFailure why)
    {
        if (m_connection == nullptr || m_failing || m_connection->IsWhole())
        {
            return;
        }
        m_failing = true;
        const ns3::Ptr<TcpEar> self(this);
        ns3::Simulator::ScheduleNow([self, why]() { self->TellFailure(why); });
    }

  private:
    void
    TellFailure(TcpFailure why)
    {
        if (m_connection == nullptr)
        {
            return;
        }
        const bool refused = why == TcpFailure::RESET && !m_connection->m_connected;
        m_connection->m_user.OnFailed(*m_connection, refused ? TcpFailure::REFUSED : why);
    }

    TcpConnection* m_connection; //!< null when nobody listens any more
    bool m_failing{false};       //!< a failure is told or about to be
};

TcpConnection::TcpConnection(TcpUser& user, ns3::Ptr<ns3::Node> stack, const ns3::Address& to)
    : m_user(user),
      m_socket(ns3::Socket::CreateSocket(stack, ns3::TcpSocketFactory::GetTypeId())),
      m_ear(ns3::Create<TcpEar>(*this)),
      m_connected(false)
{
    Listen();
    m_socket->SetConnectCallback(ns3::MakeCallback(&TcpEar::OnConnected, m_ear),
                                 ns3::MakeCallback(&TcpEar::OnGivenUp, m_ear));
    if (m_socket->Bind() != 0 || m_socket->Connect(to) != 0)
    {
        m_ear->Fail(TcpFailure::GIVEN_UP);
    }
}

TcpConnection::TcpConnection(TcpUser& user, SocketPtr accepted)
    : m_user(user),
      m_socket(accepted),
      m_ear(ns3::Create<TcpEar>(*this)),
      m_connected(true)
{
    Listen();
}

TcpConnection::~TcpConnection()
{
    Close();
}

void
TcpConnection::Listen()
{
    m_socket->SetRecvCallback(ns3::MakeCallback(&TcpEar::OnReadable, m_ear));
    m_socket->SetSendCallback(ns3::MakeCallback(&TcpEar::OnWritable, m_ear));
    m_socket->SetCloseCallbacks(ns3::MakeCallback(&TcpEar::OnNormalClose, m_ear),
                                ns3::MakeCallback(&TcpEar::OnGivenUp, m_ear));
    const bool heard =
        m_socket->TraceConnectWithoutContext("Rx", ns3::MakeCallback(&TcpEar::OnSegment, m_ear));
    NS_ABORT_MSG_UNLESS(heard, "the sockets of this TCP do not tell what they receive");
    m_mostRoom = m_socket->GetTxAvailable();
}

bool
TcpConnection::IsWhole() const
{
    return m_ended && m_saidAll && m_socket->GetTxAvailable() == m_mostRoom;
}

std::uint32_t
TcpConnection::Room() const
{
    const bool open = m_socket && m_connected && !m_saidAll && !m_ear->IsFailing();
    return open ? m_socket->GetTxAvailable() : 0;
}

bool
TcpConnection::Send(ns3::Ptr<ns3::Packet> packet)
{
    const std::uint32_t room = Room();
    return room > 0 && packet->GetSize() <= room && m_socket->Send(packet) >= 0;
}

std::uint32_t
TcpConnection::Readable() const
{
    return m_socket ? m_socket->GetRxAvailable() : 0;
}

ns3::Ptr<ns3::Packet>
TcpConnection::Receive(std::uint32_t most)
{
    // An empty packet, by which ns-3 tells an end, has been told by OnEnd().
    return Readable() > 0 && most > 0 ? m_socket->Recv(most, 0) : nullptr;
}

std::uint32_t
TcpConnection::Discard()
{
    std::uint32_t bytes = 0;
    while (const auto packet = Receive(std::numeric_limits<std::uint32_t>::max()))
    {
        bytes += packet->GetSize();
    }
    return bytes;
}

void
TcpConnection::EndSending()
{
    if (m_socket && !m_saidAll)
    {
        m_saidAll = true;
        m_socket->ShutdownSend();
    }
}

void
TcpConnection::Close()
{
    if (m_socket)
    {
        m_ear->Forget();
        m_socket->Close();
        m_socket = nullptr;
    }
}

} // namespace sonda::sim
