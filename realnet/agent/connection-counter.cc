#include "realnet/agent/connection-counter.h"

#include "realnet/common/descriptor.h"
#include "realnet/common/socket-address.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

bool
OwnEndIs(const inet_diag_msg& found, const SocketAddress& server)
{
    const bool isConnection = found.id.idiag_dport != 0; // else a listener
    if (found.id.idiag_sport != htons(server.Port()) || !isConnection)
    {
        return false;
    }
    const std::uint32_t* source = found.id.idiag_src;
    if (server.Family() == AF_INET6)
    {
        return found.idiag_family == AF_INET6 &&
               std::memcmp(source, &server.V6(), sizeof(server.V6())) == 0;
    }
    // A socket for both versions of IP shows an IPv4 peer as ::ffff:a.b.c.d, in the last word.
    const bool mapped = found.idiag_family == AF_INET6 && source[0] == 0 && source[1] == 0 &&
                        source[2] == htonl(0xFFFF);
    const bool plain = found.idiag_family == AF_INET;
    return (plain && source[0] == server.V4().s_addr) ||
           (mapped && source[3] == server.V4().s_addr);
}

/**
 * Asks for connections of both families at once by the older form of the request, as the newer one
 * would make the kernel walk through all sockets once for each.
 */
bool
Ask(const Descriptor& netlink, const Endpoint& server)
{
    struct
    {
        nlmsghdr header;
        inet_diag_req body;
    } request{};

    request.header.nlmsg_len = sizeof(request);
    request.header.nlmsg_type = TCPDIAG_GETSOCK;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.idiag_states = 1U << TCP_ESTABLISHED;
    request.body.id.idiag_sport = htons(server.port);
    return send(netlink.Get(), &request, sizeof(request), 0) == sizeof(request);
}

} // namespace

Descriptor
OpenSockDiag(int flags)
{
    return Descriptor(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_SOCK_DIAG));
}

DiagPart
ParseDiagAnswer(std::span<const std::byte> answer, const Endpoint& server)
{
    const SocketAddress wanted(server);
    DiagPart part;
    while (answer.size() >= sizeof(nlmsghdr))
    {
        nlmsghdr header;
        std::memcpy(&header, answer.data(), sizeof(header));
        if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > answer.size())
        {
            part.failed = true;
            return part;
        }
        if (header.nlmsg_type == NLMSG_DONE)
        {
            part.last = true;
            return part;
        }
        if (header.nlmsg_type == NLMSG_ERROR)
        {
            part.failed = true;
            return part;
        }
        const bool isSocket =
            header.nlmsg_type == SOCK_DIAG_BY_FAMILY || header.nlmsg_type == TCPDIAG_GETSOCK;
        if (isSocket && header.nlmsg_len >= NLMSG_LENGTH(sizeof(inet_diag_msg)))
        {
            inet_diag_msg found;
            std::memcpy(&found, answer.data() + NLMSG_HDRLEN, sizeof(found));
            part.matching += OwnEndIs(found, wanted) ? 1 : 0;
        }
        answer =
            answer.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), answer.size()));
    }
    return part;
}

std::optional<std::uint32_t>
CountConnections(const Endpoint& server)
{
    const Descriptor netlink = OpenSockDiag(0);
    if (!netlink || !Ask(netlink, server))
    {
        return std::nullopt;
    }
    std::uint32_t count = 0;
    std::array<std::byte, DIAG_BYTES> buffer;
    while (true)
    {
        const ssize_t n = recv(netlink.Get(), buffer.data(), buffer.size(), 0);
        if (n < 0 && errno == EINTR)
        {
            continue;
        }
        if (n <= 0)
        {
            return std::nullopt;
        }
        const DiagPart part =
            ParseDiagAnswer(std::span(buffer).first(static_cast<std::size_t>(n)), server);
        count += part.matching;
        if (part.failed)
        {
            return std::nullopt;
        }
        if (part.last)
        {
            return count;
        }
    }
}

} // namespace sonda
