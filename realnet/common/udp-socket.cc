#include "realnet/common/udp-socket.h"

#include "realnet/common/clock.h"
#include "realnet/common/socket-address.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/** Room for the answers of about 1,000 agents at once (a small datagram takes about 1 KiB here). */
constexpr int RECEIVE_BUFFER_BYTES = 1 << 20;

/** The loopback interface is the first one of every network namespace. */
constexpr int LOOPBACK_INDEX = 1;

/** \return whether the part of a message says that it came by the loopback interface. */
bool
CameByLoopback(const cmsghdr& part)
{
    if (part.cmsg_level == IPPROTO_IP && part.cmsg_type == IP_PKTINFO)
    {
        in_pktinfo info{};
        std::memcpy(&info, CMSG_DATA(&part), sizeof(info));
        return info.ipi_ifindex == LOOPBACK_INDEX;
    }
    if (part.cmsg_level == IPPROTO_IPV6 && part.cmsg_type == IPV6_PKTINFO)
    {
        in6_pktinfo info{};
        std::memcpy(&info, CMSG_DATA(&part), sizeof(info));
        return info.ipi6_ifindex == LOOPBACK_INDEX;
    }
    return false;
}

template <typename T>
bool
SetOption(const Descriptor& socket, int level, int name, const T& value)
{
    return setsockopt(socket.Get(), level, name, &value, sizeof(value)) == 0;
}

} // namespace

Expected<UdpSocket>
UdpSocket::Create(int family)
{
    UdpSocket result;
    result.m_socket = Descriptor(socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const Descriptor& s = result.m_socket;
    if (!s || !SetOption(s, SOL_SOCKET, SO_TIMESTAMPNS, 1) ||
        !SetOption(s, SOL_SOCKET, SO_RXQ_OVFL, 1) ||
        !SetOption(s, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES) || !result.TellInterface(family))
    {
        return SystemError("making a UDP socket");
    }
    return result;
}

/** Has the kernel say by which interface each datagram came. */
bool
UdpSocket::TellInterface(int family)
{
    return family == AF_INET6 ? SetOption(m_socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
                              : SetOption(m_socket, IPPROTO_IP, IP_PKTINFO, 1);
}

std::optional<Error>
UdpSocket::Bind(const SocketAddress& at)
{
    if (bind(m_socket.Get(), at.Raw(), at.Size()) != 0)
    {
        return SystemError("binding UDP " + ToString(at.ToEndpoint()));
    }
    return std::nullopt;
}

bool
UdpSocket::Join(const SocketAddress& group, int interface)
{
    // Without MULTICAST_ALL = 0 the socket would also hear what others on this machine joined.
    if (group.Family() == AF_INET6)
    {
        ipv6_mreq membership{};
        membership.ipv6mr_multiaddr = group.V6();
        membership.ipv6mr_interface = static_cast<unsigned>(interface);
        return SetOption(m_socket, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0) &&
               SetOption(m_socket, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, membership);
    }
    ip_mreqn membership{};
    membership.imr_multiaddr = group.V4();
    membership.imr_ifindex = interface;
    return SetOption(m_socket, IPPROTO_IP, IP_MULTICAST_ALL, 0) &&
           SetOption(m_socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, membership);
}

bool
UdpSocket::SendBy(const SocketAddress& address, int interface)
{
    if (address.Family() == AF_INET6)
    {
        return SetOption(m_socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, interface) &&
               SetOption(m_socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1) &&
               SetOption(m_socket, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1);
    }
    ip_mreqn outgoing{};
    outgoing.imr_address = address.V4();
    outgoing.imr_ifindex = interface;
    return SetOption(m_socket, IPPROTO_IP, IP_MULTICAST_IF, outgoing) &&
           SetOption(m_socket, IPPROTO_IP, IP_MULTICAST_TTL, 1) &&
           SetOption(m_socket, IPPROTO_IP, IP_MULTICAST_LOOP, 1);
}

Expected<UdpSocket>
UdpSocket::OpenGroup(const std::string& group, std::uint16_t port, const Interface& interface)
{
    const SocketAddress at(group, port, interface.index);
    Expected<UdpSocket> result = Create(at.Family());
    if (!result)
    {
        return result;
    }
    if (!SetOption(result->m_socket, SOL_SOCKET, SO_REUSEADDR, 1) ||
        !result->Join(at, interface.index))
    {
        return SystemError("joining group " + group + " on " + interface.name);
    }
    if (auto error = result->Bind(at))
    {
        return *error;
    }
    result->m_interface = interface.index;
    return result;
}

Expected<UdpSocket>
UdpSocket::Open(const std::string& address, const Interface& interface)
{
    const SocketAddress at(address, 0, interface.index);
    Expected<UdpSocket> result = Create(at.Family());
    if (!result)
    {
        return result;
    }
    if (!result->SendBy(at, interface.index))
    {
        return SystemError("sending to groups by " + interface.name);
    }
    if (auto error = result->Bind(at))
    {
        return *error;
    }
    result->m_interface = interface.index;
    return result;
}

/** Takes out of a received message what the kernel says beside it: when it came, by which
 * interface, and how many were dropped. */
void
UdpSocket::ReadControl(msghdr& message, const timespec& wallNow, Datagram& datagram)
{
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part))
    {
        datagram.isByLoopback = datagram.isByLoopback || CameByLoopback(*part);
        if (part->cmsg_level != SOL_SOCKET)
        {
            continue;
        }
        if (part->cmsg_type == SCM_TIMESTAMPNS)
        {
            timespec stamp{};
            std::memcpy(&stamp, CMSG_DATA(part), sizeof(stamp));
            datagram.arrival = ArrivalFromWallTime(stamp, wallNow, datagram.arrival);
        }
        else if (part->cmsg_type == SO_RXQ_OVFL)
        {
            std::memcpy(&m_dropped, CMSG_DATA(part), sizeof(m_dropped));
        }
    }
}

std::optional<Datagram>
UdpSocket::Receive()
{
    SocketAddress from;
    iovec space{m_buffer.data(), m_buffer.size()};
    alignas(cmsghdr) std::array<char, 256> control{};
    msghdr message{};
    message.msg_name = from.Raw();
    message.msg_namelen = SocketAddress::Capacity();
    message.msg_iov = &space;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t n = 0;
    do
    {
        n = recvmsg(m_socket.Get(), &message, 0);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
    {
        return std::nullopt;
    }

    // Wall time first: if this thread is put aside between the two, the arrival seems later, as it
    // would without the kernel's timestamp, and never earlier than it was.
    timespec wallNow{};
    clock_gettime(CLOCK_REALTIME, &wallNow);
    const Instant now = Now();
    Datagram result{{m_buffer.data(), static_cast<std::size_t>(n)},
                    from.Address(),
                    from.Port(),
                    now,
                    false};
    ReadControl(message, wallNow, result);
    return result;
}

std::optional<Error>
UdpSocket::Send(std::string_view bytes, const std::string& address, std::uint16_t port)
{
    const SocketAddress to(address, port, m_interface);
    const ssize_t n = sendto(m_socket.Get(), bytes.data(), bytes.size(), 0, to.Raw(), to.Size());
    if (n < 0)
    {
        return SystemError("sending to " + ToString(Endpoint{address, port}));
    }
    return std::nullopt;
}

} // namespace sonda
