#include "realnet/agent/sock-diag.h"

#include "realnet/common/socket-address.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>

namespace sonda
{

namespace
{

Error
KernelError(const char* what, int error)
{
    return Error{std::string(what) + ": " + std::generic_category().message(error)};
}

/** Reads the attributes behind a socket's fixed part. */
void
ReadAttributes(std::span<const std::byte> rest, DiagSocket& socket)
{
    while (rest.size() >= sizeof(rtattr))
    {
        rtattr attribute;
        std::memcpy(&attribute, rest.data(), sizeof(attribute));
        if (attribute.rta_len < sizeof(attribute) || attribute.rta_len > rest.size())
        {
            return;
        }
        const auto value =
            rest.subspan(RTA_LENGTH(0), attribute.rta_len - std::size_t{RTA_LENGTH(0)});
        if (attribute.rta_type == INET_DIAG_CGROUP_ID && value.size() >= sizeof(std::uint64_t))
        {
            std::uint64_t id = 0;
            std::memcpy(&id, value.data(), sizeof(id));
            socket.cgroup = id;
        }
        if (attribute.rta_type == INET_DIAG_SKV6ONLY && !value.empty())
        {
            socket.onlyV6 = value[0] != std::byte{0};
        }
        rest = rest.subspan(std::min<std::size_t>(RTA_ALIGN(attribute.rta_len), rest.size()));
    }
}

/** Reads one message. */
void
ReadMessage(const nlmsghdr& header,
            std::span<const std::byte> body,
            DiagPart& part,
            const std::function<void(const DiagSocket&)>& visit)
{
    if (header.nlmsg_type == NLMSG_DONE)
    {
        part.last = true;
    }
    else if (header.nlmsg_type == NLMSG_ERROR)
    {
        std::int32_t error = 0;
        if (body.size() >= sizeof(error))
        {
            std::memcpy(&error, body.data(), sizeof(error));
        }
        // The kernel's are -1 to -4095; 0 would acknowledge, which nobody asks for.
        part.error = error < 0 && error >= -4095 ? -error : EBADMSG;
    }
    else if ((header.nlmsg_type == SOCK_DIAG_BY_FAMILY || header.nlmsg_type == TCPDIAG_GETSOCK) &&
             body.size() >= sizeof(inet_diag_msg))
    {
        DiagSocket socket;
        std::memcpy(&socket.base, body.data(), sizeof(socket.base));
        const std::size_t fixed =
            std::min<std::size_t>(NLMSG_ALIGN(sizeof(socket.base)), body.size());
        ReadAttributes(body.subspan(fixed), socket);
        visit(socket);
    }
}

/** Reads answers until the last. \param single whether one datagram is all */
int
ReadAnswers(const Descriptor& netlink,
            bool single,
            const std::function<void(const DiagSocket&)>& visit)
{
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
            return n < 0 ? errno : EBADMSG;
        }
        const auto part =
            ReadDiagAnswer(std::span(buffer).first(static_cast<std::size_t>(n)), visit);
        if (part.error != 0 || part.last || single)
        {
            return part.error;
        }
    }
}

} // namespace

Descriptor
OpenSockDiag(int flags)
{
    return Descriptor(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_SOCK_DIAG));
}

DiagPart
ReadDiagAnswer(std::span<const std::byte> answer,
               const std::function<void(const DiagSocket&)>& visit)
{
    DiagPart part;
    while (answer.size() >= sizeof(nlmsghdr) && !part.last && part.error == 0)
    {
        nlmsghdr header;
        std::memcpy(&header, answer.data(), sizeof(header));
        if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > answer.size())
        {
            part.error = EBADMSG;
            return part;
        }
        const auto body =
            answer.subspan(NLMSG_HDRLEN, header.nlmsg_len - std::size_t{NLMSG_HDRLEN});
        ReadMessage(header, body, part, visit);
        answer =
            answer.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), answer.size()));
    }
    return part;
}

std::optional<Error>
ForEachSocket(std::uint16_t port,
              std::uint32_t states,
              const std::function<void(const DiagSocket&)>& visit)
{
    constexpr const char* WHAT = "asking the kernel for TCP sockets (sock_diag)";
    // The older form of the request asks for both families at once; the newer one would make the
    // kernel walk through all sockets once for each.
    struct
    {
        nlmsghdr header;
        inet_diag_req body;
    } request{};

    request.header.nlmsg_len = sizeof(request);
    request.header.nlmsg_type = TCPDIAG_GETSOCK;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.idiag_states = states;
    request.body.id.idiag_sport = htons(port);
    const Descriptor netlink = OpenSockDiag(0);
    if (!netlink || send(netlink.Get(), &request, sizeof(request), 0) != sizeof(request))
    {
        return KernelError(WHAT, errno);
    }
    const int error = ReadAnswers(netlink, false, visit);
    return error == 0 ? std::nullopt : std::optional(KernelError(WHAT, error));
}

Expected<std::optional<DiagSocket>>
FindSocket(const SocketName& name)
{
    struct
    {
        nlmsghdr header;
        inet_diag_req_v2 body;
    } request{};

    request.header.nlmsg_len = sizeof(request);
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.body.sdiag_family = name.family;
    request.body.sdiag_protocol = IPPROTO_TCP;
    request.body.idiag_states = ~std::uint32_t{0};
    request.body.id = name.id;
    constexpr const char* WHAT = "asking the kernel for a socket (sock_diag)";
    const Descriptor netlink = OpenSockDiag(0);
    if (!netlink || send(netlink.Get(), &request, sizeof(request), 0) != sizeof(request))
    {
        return KernelError(WHAT, errno);
    }
    std::optional<DiagSocket> found;
    const int error =
        ReadAnswers(netlink, true, [&found](const DiagSocket& socket) { found = socket; });
    // ESTALE: another socket has these two ends now.
    if (error != 0 && error != ENOENT && error != ESTALE)
    {
        return KernelError(WHAT, error);
    }
    return found;
}

Expected<std::optional<DiagSocket>>
FindSocketFor(const Endpoint& server)
{
    const SocketAddress wanted(server);
    SocketName name;
    name.family = static_cast<std::uint8_t>(wanted.Family());
    name.id.idiag_sport = htons(server.port);
    name.id.idiag_cookie[0] = name.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    // The peer stays 0.0.0.0:0 or [::]:0, which nobody has: so no connection matches, and the
    // kernel goes on to the listeners.
    if (wanted.Family() == AF_INET6)
    {
        std::memcpy(name.id.idiag_src, &wanted.V6(), sizeof(wanted.V6()));
    }
    else
    {
        name.id.idiag_src[0] = wanted.V4().s_addr;
    }
    return FindSocket(name);
}

bool
OwnEndIs(const DiagSocket& found, const Endpoint& server)
{
    if (found.base.id.idiag_sport != htons(server.port))
    {
        return false;
    }
    const SocketAddress wanted(server);
    const std::uint32_t* source = found.base.id.idiag_src;
    if (wanted.Family() == AF_INET6)
    {
        return found.base.idiag_family == AF_INET6 &&
               std::memcmp(source, &wanted.V6(), sizeof(wanted.V6())) == 0;
    }
    // A socket for both versions of IP shows an IPv4 address as ::ffff:a.b.c.d, in the last word.
    const bool mapped = found.base.idiag_family == AF_INET6 && source[0] == 0 && source[1] == 0 &&
                        source[2] == htonl(0xFFFF);
    const bool plain = found.base.idiag_family == AF_INET;
    return (plain && source[0] == wanted.V4().s_addr) ||
           (mapped && source[3] == wanted.V4().s_addr);
}

} // namespace sonda
