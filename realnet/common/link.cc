#include "realnet/common/link.h"

#include "realnet/common/socket-address.h"
#include "realnet/common/system-files.h"

#include <bitset>
#include <cstring>
#include <ifaddrs.h>
#include <memory>

namespace sonda
{

namespace
{

/** The kernel keeps the ones of a netmask together at its beginning. */
unsigned
CountBits(const sockaddr& mask, int family)
{
    const auto* const bytes = family == AF_INET6
                                  ? reinterpret_cast<const sockaddr_in6&>(mask).sin6_addr.s6_addr
                                  : reinterpret_cast<const unsigned char*>(
                                        &reinterpret_cast<const sockaddr_in&>(mask).sin_addr);
    unsigned bits = 0;
    for (int i = 0; i < (family == AF_INET6 ? 16 : 4); ++i)
    {
        bits += std::bitset<8>(bytes[i]).count();
    }
    return bits;
}

/** An address may carry a label "eth0:1"; the interface is what stands before the colon. */
bool
IsOf(const ifaddrs& entry, const Interface& interface, int family)
{
    const std::string_view name = entry.ifa_name;
    return entry.ifa_addr && entry.ifa_netmask && entry.ifa_addr->sa_family == family &&
           name.substr(0, name.find(':')) == interface.name;
}

} // namespace

bool
AdmitsLoopbackSources(const Interface& interface)
{
    const SystemFiles files;
    for (const std::string& name : {std::string("all"), interface.name})
    {
        const auto value = files.Read("/proc/sys/net/ipv4/conf/" + name + "/route_localnet");
        if (!value || value->substr(0, 1) != "0")
        {
            return true;
        }
    }
    return false;
}

Link
LinkOf(const Interface& interface)
{
    Link link;
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0)
    {
        return link;
    }
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(first, freeifaddrs);
    const int family = SocketAddress(interface.address, 0).Family();
    for (const ifaddrs* entry = first; entry; entry = entry->ifa_next)
    {
        if (!IsOf(*entry, interface, family))
        {
            continue;
        }
        SocketAddress address;
        std::memcpy(address.Raw(),
                    entry->ifa_addr,
                    family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
        const unsigned bits = CountBits(*entry->ifa_netmask, family);
        if (const auto network = Prefix::Around(address.Address(), bits))
        {
            link.networks.push_back(*network);
        }
    }
    return link;
}

} // namespace sonda
