#include "realnet/common/network-reader.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <vector>

namespace sonda
{

namespace
{

/** Twice what the kernel puts into one datagram of an answer; a longer one is an error. */
constexpr std::size_t NETLINK_BYTES = 65536;

/** Each change during an answer spoils it; a machine whose links flap all the time is read with
 * gaps rather than for ever, and the next change is another occasion. */
constexpr int MOST_READINGS = 5;

/** What a question is about. */
union QuestionBody
{
    ifinfomsg link;
    ifaddrmsg address;
    rtmsg route;
};

Descriptor
OpenRouteNetlink(int flags)
{
    return Descriptor(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_ROUTE));
}

bool
Ask(const Descriptor& netlink, int type, int family)
{
    struct
    {
        nlmsghdr header;
        QuestionBody body;
    } question{};

    std::size_t bodySize = sizeof(ifinfomsg);
    if (type == RTM_GETADDR)
    {
        bodySize = sizeof(ifaddrmsg);
        question.body.address.ifa_family = static_cast<std::uint8_t>(family);
    }
    else if (type == RTM_GETROUTE)
    {
        bodySize = sizeof(rtmsg);
        question.body.route.rtm_family = static_cast<std::uint8_t>(family);
    }
    question.header.nlmsg_type = static_cast<std::uint16_t>(type);
    question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    question.header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(bodySize));
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    return sendto(netlink.Get(),
                  &question,
                  question.header.nlmsg_len,
                  0,
                  reinterpret_cast<const sockaddr*>(&kernel),
                  sizeof(kernel)) >= 0;
}

/** One datagram of the kernel, none of another process. \return its size, or -1 with errno */
ssize_t
Receive(const Descriptor& netlink, std::span<std::byte> buffer)
{
    while (true)
    {
        sockaddr_nl from{};
        socklen_t size = sizeof(from);
        const ssize_t n = recvfrom(netlink.Get(),
                                   buffer.data(),
                                   buffer.size(),
                                   MSG_TRUNC,
                                   reinterpret_cast<sockaddr*>(&from),
                                   &size);
        if (n > static_cast<ssize_t>(buffer.size()))
        {
            errno = EMSGSIZE;
            return -1;
        }
        if (n >= 0 ? from.nl_pid == 0 : errno != EINTR)
        {
            return n;
        }
    }
}

/** Asks one question and takes the answer in. */
std::optional<Error>
ReadOne(const Descriptor& netlink, int type, int family, NetworkMessages& to)
{
    const char* const what = "asking the kernel for network interfaces";
    if (!Ask(netlink, type, family))
    {
        return SystemError(what);
    }
    std::vector<std::byte> buffer(NETLINK_BYTES);
    to.isLast = false;
    while (!to.isLast)
    {
        const ssize_t n = Receive(netlink, buffer);
        if (n < 0)
        {
            return SystemError(what);
        }
        ParseNetworkMessages(std::span(buffer).first(static_cast<std::size_t>(n)), to);
    }
    if (to.failure != 0)
    {
        errno = to.failure;
        return SystemError(what);
    }
    return std::nullopt;
}

Expected<NetworkMessages>
ReadAll(const NetworkWish& wish)
{
    const Descriptor netlink = OpenRouteNetlink(0);
    if (!netlink)
    {
        return SystemError("opening a netlink socket for network interfaces");
    }
    NetworkMessages messages;
    auto error = ReadOne(netlink, RTM_GETLINK, AF_UNSPEC, messages);
    if (!error)
    {
        error = ReadOne(netlink, RTM_GETADDR, wish.family, messages);
    }
    if (!error && wish.wantsRoutes)
    {
        error = ReadOne(netlink, RTM_GETROUTE, wish.family, messages);
    }
    return error ? Expected<NetworkMessages>(*error) : messages;
}

/** Keeps all routes but default ones away from this process. \return whether that could be set */
bool
FilterDefaultRoutes(const Descriptor& netlink)
{
    constexpr auto typeAt = static_cast<std::uint32_t>(offsetof(nlmsghdr, nlmsg_type));
    constexpr auto lengthAt =
        static_cast<std::uint32_t>(NLMSG_HDRLEN + offsetof(rtmsg, rtm_dst_len));
    constexpr std::uint32_t everything = 0xFFFFFFFF;
    // The filter reads in network order what the kernel wrote in the machine's.
    std::array<sock_filter, 7> program{{
        {BPF_LD | BPF_H | BPF_ABS, 0, 0, typeAt},
        {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, htons(RTM_NEWROUTE)}, // to the length
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 2, htons(RTM_DELROUTE)}, // no route: to everything
        {BPF_LD | BPF_B | BPF_ABS, 0, 0, lengthAt},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0}, // another destination: to nothing
        {BPF_RET | BPF_K, 0, 0, everything},
        {BPF_RET | BPF_K, 0, 0, 0},
    }};
    const sock_fprog filter{program.size(), program.data()};
    return setsockopt(netlink.Get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

/** \return the kernel's groups of messages for a wish. */
std::uint32_t
GroupsOf(const NetworkWish& wish)
{
    const bool isIpv6 = wish.family == AF_INET6;
    const std::uint32_t routes = isIpv6 ? RTMGRP_IPV6_ROUTE : RTMGRP_IPV4_ROUTE;
    return RTMGRP_LINK | (isIpv6 ? RTMGRP_IPV6_IFADDR : RTMGRP_IPV4_IFADDR) |
           (wish.wantsRoutes ? routes : 0);
}

} // namespace

Expected<NetworkFacts>
ReadNetwork(const NetworkWish& wish)
{
    auto messages = ReadAll(wish);
    for (int i = 1; messages && messages->isInterrupted && i < MOST_READINGS; ++i)
    {
        messages = ReadAll(wish);
    }
    return messages ? Expected<NetworkFacts>(std::move(messages->there)) : messages.GetError();
}

Expected<NetworkNews>
NetworkNews::Open(const NetworkWish& wish)
{
    Descriptor netlink = OpenRouteNetlink(SOCK_NONBLOCK);
    if (!netlink || !FilterDefaultRoutes(netlink))
    {
        return SystemError("opening a netlink socket for changes of the network");
    }
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = GroupsOf(wish);
    if (bind(netlink.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    {
        return SystemError("asking the kernel to tell of changes of the network");
    }
    return NetworkNews(std::move(netlink));
}

NetworkNews::Taken
NetworkNews::Take()
{
    std::vector<std::byte> buffer(NETLINK_BYTES);
    Taken taken;
    while (true)
    {
        const ssize_t n = Receive(m_netlink, buffer);
        if (n > 0)
        {
            ParseNetworkMessages(std::span(buffer).first(static_cast<std::size_t>(n)),
                                 taken.messages);
        }
        else if (n < 0 && (errno == ENOBUFS || errno == EMSGSIZE))
        {
            taken.isComplete = false;
        }
        else
        {
            return taken;
        }
    }
}

} // namespace sonda
