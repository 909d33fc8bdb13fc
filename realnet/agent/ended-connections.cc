#include "realnet/agent/ended-connections.h"

#include "realnet/agent/sock-diag.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <linux/filter.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/** The kernel takes groups as bits, the first being bit 0. */
constexpr std::uint32_t
Bit(sknetlink_groups group)
{
    return 1U << (group - 1);
}

/** Lets messages of one own port through. \return whether that could be set */
bool
FilterByPort(const Descriptor& netlink, std::uint16_t port)
{
    constexpr auto at = static_cast<std::uint32_t>(NLMSG_HDRLEN + offsetof(inet_diag_msg, id) +
                                                   offsetof(inet_diag_sockid, idiag_sport));
    constexpr std::uint32_t everything = 0xFFFFFFFF;
    std::array<sock_filter, 4> program{{
        {BPF_LD | BPF_H | BPF_ABS, 0, 0, at}, // in network order, compared as a number
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, port},
        {BPF_RET | BPF_K, 0, 0, everything},
        {BPF_RET | BPF_K, 0, 0, 0},
    }};
    const sock_fprog filter{program.size(), program.data()};
    return setsockopt(netlink.Get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

} // namespace

Expected<EndedConnections>
EndedConnections::Open(const Endpoint& server)
{
    Descriptor netlink = OpenSockDiag(SOCK_NONBLOCK);
    if (!netlink || !FilterByPort(netlink, server.port))
    {
        return SystemError("opening a netlink socket for ended connections");
    }
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    // A server that listens by IPv6 serves IPv4 clients on IPv6 sockets.
    address.nl_groups = Bit(SKNLGRP_INET_TCP_DESTROY) | Bit(SKNLGRP_INET6_TCP_DESTROY);
    if (bind(netlink.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    {
        return SystemError("asking the kernel to tell of ended connections");
    }
    return EndedConnections(server, std::move(netlink));
}

std::uint32_t
EndedConnections::Take()
{
    std::array<std::byte, DIAG_BYTES> buffer;
    std::uint32_t ended = 0;
    while (true)
    {
        const ssize_t n = recv(m_netlink.Get(), buffer.data(), buffer.size(), 0);
        if (n > 0)
        {
            const auto message = std::span(buffer).first(static_cast<std::size_t>(n));
            ReadDiagAnswer(message,
                           [&](const DiagSocket& found)
                           {
                               const bool isListener = found.base.id.idiag_dport == 0;
                               ended += OwnEndIs(found, m_server) && !isListener ? 1 : 0;
                           });
        }
        else if (n < 0 && errno == ENOBUFS)
        {
            ++ended; // some were lost; that of another address is counted is no harm
        }
        else if (n == 0 || errno != EINTR)
        {
            return ended;
        }
    }
}

} // namespace sonda
