#include "realnet/common/network-facts.h"

#include "realnet/common/socket-address.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <optional>

namespace sonda
{

namespace
{

using Bytes = std::span<const std::byte>;

/** \return a structure of the kernel from the front of bytes, which need not be aligned. */
template <typename T>
std::optional<T>
Front(Bytes bytes)
{
    if (bytes.size() < sizeof(T))
    {
        return std::nullopt;
    }
    T value;
    std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
}

/** Takes \p size bytes and their padding off the front. */
Bytes
Behind(Bytes bytes, std::size_t size)
{
    constexpr std::size_t alignment = NLMSG_ALIGNTO; // attributes and next hops have the same
    const std::size_t padded = (size + alignment - 1) / alignment * alignment;
    return bytes.subspan(std::min(padded, bytes.size()));
}

/** Calls \p take for each attribute, with its type and content, up to one that is cut short. */
template <typename Take>
void
ForEachAttribute(Bytes bytes, Take take)
{
    while (const auto header = Front<nlattr>(bytes))
    {
        if (header->nla_len < sizeof(nlattr) || header->nla_len > bytes.size())
        {
            return;
        }
        take(header->nla_type & NLA_TYPE_MASK,
             bytes.first(header->nla_len).subspan(sizeof(nlattr)));
        bytes = Behind(bytes, header->nla_len);
    }
}

std::string
Text(Bytes bytes)
{
    const auto* const first = reinterpret_cast<const char*>(bytes.data());
    return {first, strnlen(first, bytes.size())};
}

/** \return the address as text; nothing when there are not as many bytes as the family has. */
std::optional<std::string>
AddressText(int family, Bytes bytes)
{
    const std::size_t size = family == AF_INET6 ? sizeof(in6_addr) : sizeof(in_addr);
    if (bytes.size() != size)
    {
        return std::nullopt;
    }
    return SocketAddress(family, bytes.data(), 0).Address();
}

std::optional<LinkFacts>
ParseLink(Bytes body)
{
    const auto head = Front<ifinfomsg>(body);
    // A port that leaves a bridge is told of as a link of the bridge's family that is deleted; the
    // link itself is still there.
    if (!head || head->ifi_family != AF_UNSPEC)
    {
        return std::nullopt;
    }
    LinkFacts link;
    link.index = head->ifi_index;
    link.isUp = head->ifi_flags & IFF_UP;
    link.isLoopback = head->ifi_flags & IFF_LOOPBACK;
    link.isPointToPoint = head->ifi_flags & IFF_POINTOPOINT;
    ForEachAttribute(Behind(body, sizeof(ifinfomsg)),
                     [&link](int type, Bytes content)
                     {
                         if (type == IFLA_IFNAME)
                         {
                             link.name = Text(content);
                         }
                     });
    return link.name.empty() ? std::nullopt : std::make_optional(link);
}

/** Takes one attribute of an address. \param[out] peer IFA_ADDRESS \param[out] own IFA_LOCAL */
void
TakeAddressAttribute(int type,
                     Bytes content,
                     AddressFacts& address,
                     std::optional<std::string>& peer,
                     std::optional<std::string>& own)
{
    if (type == IFA_ADDRESS)
    {
        peer = AddressText(address.family, content);
    }
    else if (type == IFA_LOCAL)
    {
        own = AddressText(address.family, content);
    }
    else if (const auto flags = Front<std::uint32_t>(content); type == IFA_FLAGS && flags)
    {
        address.flags = *flags;
    }
    else if (const auto times = Front<ifa_cacheinfo>(content); type == IFA_CACHEINFO && times)
    {
        address.preferredSeconds = times->ifa_prefered;
        address.created = times->cstamp;
    }
}

std::optional<AddressFacts>
ParseAddress(Bytes body)
{
    const auto head = Front<ifaddrmsg>(body);
    if (!head || (head->ifa_family != AF_INET && head->ifa_family != AF_INET6))
    {
        return std::nullopt;
    }
    AddressFacts address;
    address.index = static_cast<int>(head->ifa_index);
    address.family = head->ifa_family;
    address.prefixLength = head->ifa_prefixlen;
    address.flags = head->ifa_flags; // eight of them; IFA_FLAGS has all
    address.scope = head->ifa_scope;
    std::optional<std::string> peer;
    std::optional<std::string> own;
    ForEachAttribute(Behind(body, sizeof(ifaddrmsg)),
                     [&](int type, Bytes content)
                     { TakeAddressAttribute(type, content, address, peer, own); });
    // IPv6 names its own address IFA_ADDRESS, and IFA_LOCAL only beside a peer.
    const auto& text = own ? own : peer;
    if (!text)
    {
        return std::nullopt;
    }
    address.address = *text;
    address.hasPeer = own && peer && *own != *peer;
    return address;
}

/** \return the link of the first next hop that is alive. */
std::optional<int>
FirstHop(Bytes hops)
{
    while (const auto hop = Front<rtnexthop>(hops))
    {
        if (hop->rtnh_len < sizeof(rtnexthop) || hop->rtnh_len > hops.size())
        {
            return std::nullopt;
        }
        if (!(hop->rtnh_flags & RTNH_F_DEAD))
        {
            return hop->rtnh_ifindex;
        }
        hops = Behind(hops, hop->rtnh_len);
    }
    return std::nullopt;
}

/** \return a default route; nothing for other routes, and for those that say "unreachable". */
std::optional<DefaultRouteFacts>
ParseRoute(Bytes body)
{
    const auto head = Front<rtmsg>(body);
    if (!head || head->rtm_dst_len != 0 || head->rtm_src_len != 0 || head->rtm_tos != 0 ||
        head->rtm_type != RTN_UNICAST || head->rtm_flags & (RTM_F_CLONED | RTNH_F_DEAD) ||
        (head->rtm_family != AF_INET && head->rtm_family != AF_INET6))
    {
        return std::nullopt;
    }
    std::uint32_t table = head->rtm_table; // numbers above 255 are in the attribute
    DefaultRouteFacts route{head->rtm_family, 0, 0};
    ForEachAttribute(Behind(body, sizeof(rtmsg)),
                     [&](int type, Bytes content)
                     {
                         const auto number = Front<std::uint32_t>(content);
                         if (type == RTA_MULTIPATH)
                         {
                             route.index = FirstHop(content).value_or(route.index);
                         }
                         else if (type == RTA_OIF && number)
                         {
                             route.index = static_cast<int>(*number);
                         }
                         else if (type == RTA_PRIORITY && number)
                         {
                             route.metric = *number;
                         }
                         else if (type == RTA_TABLE && number)
                         {
                             table = *number;
                         }
                     });
    return table == RT_TABLE_MAIN && route.index > 0 ? std::make_optional(route) : std::nullopt;
}

template <typename T>
void
Append(std::vector<T>& to, std::optional<T> value)
{
    if (value)
    {
        to.push_back(std::move(*value));
    }
}

void
ParseMessage(int type, Bytes body, NetworkMessages& to)
{
    if (type == RTM_NEWLINK)
    {
        Append(to.there.links, ParseLink(body));
    }
    else if (type == RTM_NEWADDR)
    {
        Append(to.there.addresses, ParseAddress(body));
    }
    else if (type == RTM_NEWROUTE)
    {
        Append(to.there.defaultRoutes, ParseRoute(body));
    }
    else if (type == RTM_DELADDR)
    {
        Append(to.addressesGone, ParseAddress(body));
    }
    else if (const auto link = type == RTM_DELLINK ? ParseLink(body) : std::nullopt)
    {
        to.linksGone.push_back(link->index);
    }
    else if (type == NLMSG_DONE)
    {
        to.isLast = true;
    }
    else if (type == NLMSG_ERROR)
    {
        const auto error = Front<nlmsgerr>(body);
        to.failure = error ? -error->error : EPROTO;
        to.isLast = true;
    }
}

} // namespace

void
ParseNetworkMessages(std::span<const std::byte> bytes, NetworkMessages& to)
{
    while (const auto header = Front<nlmsghdr>(bytes))
    {
        if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > bytes.size())
        {
            return;
        }
        to.isInterrupted = to.isInterrupted || header->nlmsg_flags & NLM_F_DUMP_INTR;
        ParseMessage(header->nlmsg_type,
                     bytes.first(header->nlmsg_len).subspan(sizeof(nlmsghdr)),
                     to);
        bytes = Behind(bytes, header->nlmsg_len);
    }
}

} // namespace sonda
