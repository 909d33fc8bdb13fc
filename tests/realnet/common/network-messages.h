#ifndef SONDA_TESTS_REALNET_COMMON_NETWORK_MESSAGES_H
#define SONDA_TESTS_REALNET_COMMON_NETWORK_MESSAGES_H

#include "realnet/common/network-facts.h"

#include <arpa/inet.h>
#include <cstring>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string>
#include <vector>

/** Netlink messages as the kernel writes them, for tests. */
namespace sonda
{

using NetlinkBytes = std::vector<std::byte>;

template <typename T>
NetlinkBytes
AsBytes(const T& value)
{
    const auto* const first = reinterpret_cast<const std::byte*>(&value);
    return {first, first + sizeof(T)};
}

/** Byte by byte: GCC 12 takes insert() for a fault of bounds. */
inline void
Append(NetlinkBytes& to, const NetlinkBytes& bytes)
{
    for (const std::byte one : bytes)
    {
        to.push_back(one);
    }
}

inline void
Pad(NetlinkBytes& bytes)
{
    bytes.resize(NLMSG_ALIGN(bytes.size()));
}

/** \return an attribute, padded. */
inline NetlinkBytes
Attribute(int type, const NetlinkBytes& content)
{
    NetlinkBytes bytes = AsBytes(nlattr{static_cast<std::uint16_t>(sizeof(nlattr) + content.size()),
                                        static_cast<std::uint16_t>(type)});
    Append(bytes, content);
    Pad(bytes);
    return bytes;
}

inline NetlinkBytes
AttributeText(int type, const std::string& text)
{
    NetlinkBytes content(text.size() + 1);
    std::memcpy(content.data(), text.c_str(), content.size());
    return Attribute(type, content);
}

inline NetlinkBytes
AttributeAddress(int type, const std::string& text)
{
    const bool isIpv6 = text.find(':') != std::string::npos;
    NetlinkBytes content(isIpv6 ? 16 : 4);
    inet_pton(isIpv6 ? AF_INET6 : AF_INET, text.c_str(), content.data());
    return Attribute(type, content);
}

/** \return a message: header, \p head and attributes. */
template <typename T>
NetlinkBytes
Message(int type, const T& head, const std::vector<NetlinkBytes>& attributes = {}, int flags = 0)
{
    NetlinkBytes body = AsBytes(head);
    Pad(body);
    for (const NetlinkBytes& one : attributes)
    {
        Append(body, one);
    }
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + body.size());
    header.nlmsg_type = static_cast<std::uint16_t>(type);
    header.nlmsg_flags = static_cast<std::uint16_t>(flags);
    NetlinkBytes bytes = AsBytes(header);
    Append(bytes, body);
    return bytes;
}

inline NetlinkBytes
LinkMessage(int type, int index, const std::string& name, unsigned flags, int family = AF_UNSPEC)
{
    ifinfomsg head{};
    head.ifi_family = static_cast<unsigned char>(family);
    head.ifi_index = index;
    head.ifi_flags = flags;
    return Message(type, head, {AttributeText(IFLA_IFNAME, name)});
}

inline NetlinkBytes
Joined(const std::vector<NetlinkBytes>& parts)
{
    NetlinkBytes all;
    for (const NetlinkBytes& part : parts)
    {
        Append(all, part);
    }
    return all;
}

} // namespace sonda

#endif
