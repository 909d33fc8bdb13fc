#include "realnet/agent/listeners.h"

#include "realnet/agent/sock-diag.h"
#include "realnet/common/socket-address.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

Error
NoListener(const Endpoint& server)
{
    return Error{"nothing listens at " + ToString(server) + " in this network namespace"};
}

Error
NotHere(const Endpoint& server)
{
    return Error{server.address +
                 " is not an address of this network namespace, so connections to it go past"};
}

Listener
ToListener(const DiagSocket& socket)
{
    return {socket.Cookie(), socket.base.idiag_inode, socket.cgroup};
}

} // namespace

std::optional<bool>
IsLocalAddress(const std::string& address)
{
    struct
    {
        nlmsghdr header;
        rtmsg body;
        rtattr attribute;
        std::array<std::byte, sizeof(in6_addr)> address;
    } request{};

    const SocketAddress wanted(address, 0);
    const bool isV6 = wanted.Family() == AF_INET6;
    const std::size_t bytes = isV6 ? sizeof(in6_addr) : sizeof(in_addr);
    const auto* from = isV6 ? static_cast<const void*>(&wanted.V6()) : &wanted.V4();
    std::memcpy(request.address.data(), from, bytes);
    request.attribute = {static_cast<unsigned short>(RTA_LENGTH(bytes)), RTA_DST};
    request.body.rtm_family = static_cast<unsigned char>(wanted.Family());
    request.body.rtm_dst_len = static_cast<unsigned char>(8 * bytes);
    request.header.nlmsg_len =
        static_cast<std::uint32_t>(NLMSG_LENGTH(sizeof(rtmsg)) + RTA_LENGTH(bytes));
    request.header.nlmsg_type = RTM_GETROUTE;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    const Descriptor netlink(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!netlink || send(netlink.Get(), &request, request.header.nlmsg_len, 0) < 0)
    {
        return std::nullopt;
    }
    std::array<std::byte, 4096> answer;
    const ssize_t n = recv(netlink.Get(), answer.data(), answer.size(), 0);
    nlmsghdr header{};
    if (n < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(rtmsg))))
    {
        return std::nullopt;
    }
    std::memcpy(&header, answer.data(), sizeof(header));
    if (header.nlmsg_type == NLMSG_ERROR)
    {
        std::int32_t error = 0;
        std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof(error));
        const bool isNoWay = error == -ENETUNREACH || error == -EHOSTUNREACH;
        return isNoWay ? std::optional(false) : std::nullopt;
    }
    rtmsg route;
    std::memcpy(&route, answer.data() + NLMSG_HDRLEN, sizeof(route));
    return route.rtm_type == RTN_LOCAL;
}

ListenerMatch
Match(const DiagSocket& socket, const Endpoint& server)
{
    if (socket.base.idiag_state != TCP_LISTEN || socket.base.id.idiag_sport != htons(server.port))
    {
        return ListenerMatch::NONE;
    }
    if (OwnEndIs(socket, server))
    {
        return ListenerMatch::THIS_ADDRESS;
    }
    const std::uint32_t* source = socket.base.id.idiag_src;
    const bool isV6Server = SocketAddress(server).Family() == AF_INET6;
    const bool isV6Socket = socket.base.idiag_family == AF_INET6;
    const bool isAny = isV6Socket ? std::all_of(source, source + 4, [](auto w) { return w == 0; })
                                  : source[0] == 0;
    const bool takesFamily = isV6Server ? isV6Socket : !isV6Socket || !socket.onlyV6;
    return isAny && takesFamily ? ListenerMatch::ANY_ADDRESS : ListenerMatch::NONE;
}

Expected<std::vector<Listener>>
FindListeners(const Endpoint& server)
{
    if (IsLocalAddress(server.address) == false)
    {
        return std::vector<Listener>{};
    }
    std::vector<Listener> ofAddress;
    std::vector<Listener> ofAny;
    const auto error = ForEachSocket(server.port,
                                     1U << TCP_LISTEN,
                                     [&](const DiagSocket& socket)
                                     {
                                         const auto match = Match(socket, server);
                                         if (match == ListenerMatch::THIS_ADDRESS)
                                         {
                                             ofAddress.push_back(ToListener(socket));
                                         }
                                         else if (match == ListenerMatch::ANY_ADDRESS)
                                         {
                                             ofAny.push_back(ToListener(socket));
                                         }
                                     });
    if (error)
    {
        return *error;
    }
    auto& found = ofAddress.empty() ? ofAny : ofAddress;
    std::sort(found.begin(),
              found.end(),
              [](const Listener& one, const Listener& other) { return one.cookie < other.cookie; });
    return found;
}

std::optional<Error>
CheckListener(const Endpoint& server)
{
    if (IsLocalAddress(server.address) == false)
    {
        return NotHere(server);
    }
    const auto found = FindSocketFor(server);
    if (found && *found)
    {
        return std::nullopt;
    }
    const auto all = FindListeners(server); // those bound to an interface, too
    if (!all)
    {
        return all.GetError();
    }
    return all->empty() ? std::optional(NoListener(server)) : std::nullopt;
}

} // namespace sonda
