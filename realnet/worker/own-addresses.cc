#include "realnet/worker/own-addresses.h"

#include "realnet/common/descriptor.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/** A request for the route to one address, as rtnetlink(7) has it. */
struct RouteRequest
{
    nlmsghdr header{};
    rtmsg route{};
    rtattr attribute{};
    std::array<unsigned char, sizeof(in6_addr)> address{};
};

RouteRequest
AskForRouteTo(const SocketAddress& to)
{
    const bool isIpv6 = to.Family() == AF_INET6;
    const std::size_t bytes = isIpv6 ? sizeof(in6_addr) : sizeof(in_addr);
    RouteRequest request;
    request.header.nlmsg_type = RTM_GETROUTE;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.header.nlmsg_len = static_cast<std::uint32_t>(offsetof(RouteRequest, address) + bytes);
    request.route.rtm_family = static_cast<unsigned char>(to.Family());
    request.route.rtm_dst_len = static_cast<unsigned char>(8 * bytes);
    request.attribute.rta_type = RTA_DST;
    request.attribute.rta_len = static_cast<unsigned short>(RTA_LENGTH(bytes));
    isIpv6 ? std::memcpy(request.address.data(), &to.V6(), bytes)
           : std::memcpy(request.address.data(), &to.V4(), bytes);
    return request;
}

} // namespace

bool
IsLocalAddress(const SocketAddress& address)
{
    const Descriptor netlink(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    const RouteRequest request = AskForRouteTo(address);
    if (!netlink ||
        send(netlink.Get(), &request, request.header.nlmsg_len, 0) != request.header.nlmsg_len)
    {
        return false;
    }
    alignas(nlmsghdr) std::array<char, 4096> answer;
    // The kernel answers within send(): there is nothing to wait for.
    const ssize_t n = recv(netlink.Get(), answer.data(), answer.size(), MSG_DONTWAIT);
    if (n < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(rtmsg))))
    {
        return false;
    }
    nlmsghdr header;
    rtmsg route;
    std::memcpy(&header, answer.data(), sizeof(header));
    std::memcpy(&route, answer.data() + NLMSG_HDRLEN, sizeof(route));
    return header.nlmsg_type == RTM_NEWROUTE && route.rtm_type == RTN_LOCAL;
}

OwnListener
OwnListenerOf(int socket)
{
    int only = 0;
    socklen_t size = sizeof(only);
    getsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size); // IPv4: it stays 0
    return {LocalAddress(socket).ToEndpoint(), only != 0};
}

bool
OwnAddresses::HasPort(std::uint16_t port) const
{
    return std::any_of(m_listeners.begin(),
                       m_listeners.end(),
                       [port](const OwnListener& own) { return own.at.port == port; });
}

std::optional<std::string>
OwnAddresses::Objection(const Endpoint& server) const
{
    const SocketAddress address(server);
    const bool isIpv6 = address.Family() == AF_INET6;
    for (const OwnListener& own : m_listeners)
    {
        if (own.at.port != server.port)
        {
            continue;
        }
        const bool isAny = own.at.address == (isIpv6 ? "::" : "0.0.0.0") ||
                           (!isIpv6 && own.at.address == "::" && !own.onlyIpv6);
        // Linux takes a connect to 0.0.0.0 or :: for one to this machine.
        const bool isNone = server.address == "0.0.0.0" || server.address == "::";
        if (own.at.address == server.address || (isAny && (isNone || IsLocalAddress(address))))
        {
            return "where this proxy listens: " + ToString(own.at);
        }
    }
    return std::nullopt;
}

} // namespace sonda
