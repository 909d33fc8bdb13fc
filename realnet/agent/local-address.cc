#include "realnet/agent/local-address.h"

#include "realnet/common/descriptor.h"
#include "realnet/common/socket-address.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <span>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/** Which way packets to an address go. */
struct RouteQuestion
{
    nlmsghdr header;
    rtmsg body;
    rtattr attribute;
    std::array<std::byte, sizeof(in6_addr)> address;
};

RouteQuestion
MakeQuestion(const SocketAddress& wanted)
{
    RouteQuestion question{};
    const bool isV6 = wanted.Family() == AF_INET6;
    const std::size_t bytes = isV6 ? sizeof(in6_addr) : sizeof(in_addr);
    const auto* from = isV6 ? static_cast<const void*>(&wanted.V6()) : &wanted.V4();
    std::memcpy(question.address.data(), from, bytes);
    question.attribute = {static_cast<unsigned short>(RTA_LENGTH(bytes)), RTA_DST};
    question.body.rtm_family = static_cast<unsigned char>(wanted.Family());
    question.body.rtm_dst_len = static_cast<unsigned char>(8 * bytes);
    question.header.nlmsg_len =
        static_cast<std::uint32_t>(NLMSG_LENGTH(sizeof(rtmsg)) + RTA_LENGTH(bytes));
    question.header.nlmsg_type = RTM_GETROUTE;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    return question;
}

/** \return whether the way ends here; nothing where the kernel's answer does not say. */
std::optional<bool>
EndsHere(std::span<const std::byte> answer)
{
    nlmsghdr header{};
    if (answer.size() < NLMSG_LENGTH(sizeof(rtmsg)))
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

} // namespace

std::optional<bool>
IsLocalAddress(const std::string& address)
{
    const RouteQuestion question = MakeQuestion(SocketAddress(address, 0));
    const Descriptor netlink(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!netlink || send(netlink.Get(), &question, question.header.nlmsg_len, 0) < 0)
    {
        return std::nullopt;
    }
    std::array<std::byte, 4096> answer;
    const ssize_t n = recv(netlink.Get(), answer.data(), answer.size(), 0);
    return n < 0 ? std::nullopt : EndsHere(std::span(answer).first(static_cast<std::size_t>(n)));
}

} // namespace sonda
