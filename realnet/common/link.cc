#include "realnet/common/link.h"

#include "realnet/common/network-reader.h"
#include "realnet/common/socket-address.h"
#include "realnet/common/system-files.h"

#include <algorithm>

namespace sonda
{

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
    const auto facts = ReadNetwork({SocketAddress(interface.address, 0).Family(), false});
    if (!facts)
    {
        return link;
    }
    const auto at = std::find_if(facts->links.begin(),
                                 facts->links.end(),
                                 [&](const LinkFacts& l) { return l.name == interface.name; });
    for (const AddressFacts& address : facts->addresses)
    {
        const auto network = at != facts->links.end() && address.index == at->index
                                 ? Prefix::Around(address.address, address.prefixLength)
                                 : std::nullopt;
        if (network)
        {
            link.networks.push_back(*network);
        }
    }
    return link;
}

} // namespace sonda
