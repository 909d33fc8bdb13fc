#include "realnet/worker/connector.h"

#include "realnet/common/tcp-options.h"

#include <cerrno>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sonda
{

using Kind = Connector::Outcome::Kind;

Connector::Connector(WorkerShared& shared, EventQueue& events, Greeter& greeter)
    : m_shared(shared),
      m_events(events),
      m_greeter(greeter)
{
}

Connector::Outcome
Connector::Start(Connection& connection)
{
    const SocketAddress& address = connection.m_target.address;
    connection.m_server =
        Descriptor(socket(address.Family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int fd = connection.m_server.Get();
    if (fd < 0)
    {
        return {Kind::NO_MEANS, errno};
    }
    const int on = 1;
    const int off = 0;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof(off));
    CloseByReset(fd, true); // as accepted sockets do; see listener.cc
    if (connect(fd, address.Raw(), address.Size()) != 0 && errno != EINPROGRESS)
    {
        return {Kind::FAILED, errno};
    }
    // Its first event says whether it stands, also where it stands already.
    if (!m_events.Register(fd, connection.m_serverEvents))
    {
        return {Kind::NO_MEANS, errno};
    }
    return {Kind::GOING_ON};
}

Connector::Outcome
Connector::Finish(Connection& connection, bool broken)
{
    int error = 0;
    if (broken)
    {
        socklen_t size = sizeof(error);
        getsockopt(connection.m_server.Get(), SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error != 0)
    {
        return {Kind::FAILED, error};
    }
    if (LeadsBack(connection))
    {
        return {Kind::LEADS_BACK};
    }
    return m_greeter.Send(connection) ? Outcome{Kind::STANDS} : Outcome{Kind::FAILED, errno};
}

/**
 * \return whether the server is this process: reports of its agent are refused, but addresses may
 * have come to this machine since the last one
 */
bool
Connector::LeadsBack(const Connection& connection) const
{
    if (!m_shared.own.HasPort(connection.m_target.address.Port()))
    {
        return false; // costs nothing, as most of the others do next to nothing:
    }
    // Who connects to another machine has another address than that has.
    const Endpoint server = connection.m_target.address.ToEndpoint();
    const std::string from = LocalAddress(connection.m_server.Get()).Address();
    const bool isHere = from == server.address || from == "127.0.0.1";
    return isHere && m_shared.own.Objection(server);
}

} // namespace sonda
