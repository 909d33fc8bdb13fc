#include "realnet/common/interface.h"

#include "model/base/shown.h"
#include "model/protocol/ipv6.h"
#include "realnet/common/descriptor.h"
#include "realnet/common/socket-address.h"
#include "realnet/common/system-files.h"

#include <cstring>
#include <ifaddrs.h>
#include <limits>
#include <memory>
#include <net/if.h>
#include <set>
#include <sstream>

namespace sonda
{

Expected<std::vector<Interface>>
ListInterfaces(int family)
{
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0)
    {
        return SystemError("listing the network interfaces");
    }
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(first, freeifaddrs);
    std::vector<Interface> result;
    for (const ifaddrs* entry = first; entry; entry = entry->ifa_next)
    {
        if (!entry->ifa_addr || entry->ifa_addr->sa_family != family ||
            !(entry->ifa_flags & IFF_UP))
        {
            continue;
        }
        SocketAddress address;
        std::memcpy(address.Raw(),
                    entry->ifa_addr,
                    family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
        if (!IsHostAddress(address.Address()))
        {
            continue;
        }
        // An address may carry a label "eth0:1"; the interface is what stands before the colon.
        std::string name = entry->ifa_name;
        name = name.substr(0, name.find(':'));
        const int index = static_cast<int>(if_nametoindex(name.c_str()));
        const bool isLoopback = entry->ifa_flags & IFF_LOOPBACK;
        result.push_back({name, index, address.Address(), isLoopback});
    }
    return result;
}

std::optional<std::string>
DefaultRouteInterface(std::string_view routes)
{
    std::istringstream lines{std::string(routes)};
    std::string line;
    std::getline(lines, line); // the headings
    std::optional<std::string> best;
    unsigned long bestMetric = std::numeric_limits<unsigned long>::max();
    while (std::getline(lines, line))
    {
        std::istringstream fields(line);
        std::string name;
        std::string destination;
        std::string gateway;
        std::string flags;
        std::string refs;
        std::string use;
        unsigned long metric = 0;
        std::string mask;
        fields >> name >> destination >> gateway >> flags >> refs >> use >> metric >> mask;
        if (fields && destination == "00000000" && mask == "00000000" && metric < bestMetric)
        {
            best = name;
            bestMetric = metric;
        }
    }
    return best;
}

std::optional<std::string>
DefaultIpv6RouteInterface(std::string_view routes)
{
    std::istringstream lines{std::string(routes)};
    std::string line;
    std::optional<std::string> best;
    unsigned long bestMetric = 0xFFFFFFFF; // of the route that says "unreachable"
    while (std::getline(lines, line))
    {
        std::istringstream fields(line);
        std::string destination;
        std::string length;
        std::string source;
        std::string sourceLength;
        std::string gateway;
        unsigned long metric = 0;
        std::string refs;
        std::string use;
        std::string flags;
        std::string name;
        fields >> destination >> length >> source >> sourceLength >> gateway >> std::hex >>
            metric >> refs >> use >> flags >> name;
        if (fields && destination == std::string(32, '0') && length == "00" && metric < bestMetric)
        {
            best = name;
            bestMetric = metric;
        }
    }
    return best;
}

namespace
{

/** \return the name of the only interface beside loopback, if there is only one. */
std::optional<std::string>
OnlyInterface(const std::vector<Interface>& interfaces)
{
    std::set<std::string> names;
    for (const Interface& one : interfaces)
    {
        if (!one.isLoopback)
        {
            names.insert(one.name);
        }
    }
    return names.size() == 1 ? std::optional(*names.begin()) : std::nullopt;
}

} // namespace

Expected<Interface>
ChooseInterface(const std::vector<Interface>& interfaces,
                const std::string& wanted,
                const std::optional<std::string>& defaultName)
{
    const auto unasked = defaultName ? defaultName : OnlyInterface(interfaces);
    for (const Interface& candidate : interfaces)
    {
        const bool asked = candidate.name == wanted || candidate.address == wanted;
        if (wanted.empty() ? candidate.name == unasked : asked)
        {
            return candidate;
        }
    }
    const std::string choices = interfaces.empty() ? "none has an address of that kind"
                                                   : "there are " + ToString(interfaces);
    if (wanted.empty())
    {
        return Error{"none has the default route, and none is the only one beside loopback; " +
                     choices};
    }
    return Error{Quoted(wanted) + " is neither name nor address of an " + "interface that is up; " +
                 choices};
}

Expected<std::vector<Interface>>
ChooseInterfaces(const std::vector<Interface>& interfaces,
                 const std::vector<std::string>& wanted,
                 const std::optional<std::string>& defaultName)
{
    std::vector<Interface> chosen;
    for (const std::string& one : wanted.empty() ? std::vector<std::string>{""} : wanted)
    {
        auto interface = ChooseInterface(interfaces, one, defaultName);
        if (!interface)
        {
            return interface.GetError();
        }
        for (const Interface& other : chosen)
        {
            // A group is joined by interface: by two addresses of one it would be joined twice.
            if (other.index == interface->index)
            {
                return Error{Quoted(one) + " is an interface that was given before: " + other.name +
                             " (" + other.address + ")"};
            }
        }
        chosen.push_back(std::move(*interface));
    }
    return chosen;
}

Expected<std::vector<Interface>>
FindInterfaces(const std::vector<std::string>& wanted, int family)
{
    const auto interfaces = ListInterfaces(family);
    if (!interfaces)
    {
        return interfaces.GetError();
    }
    const bool isIpv6 = family == AF_INET6;
    const auto routes =
        SystemFiles().Read(isIpv6 ? "/proc/net/ipv6_route" : "/proc/net/route").value_or("");
    return ChooseInterfaces(*interfaces,
                            wanted,
                            isIpv6 ? DefaultIpv6RouteInterface(routes)
                                   : DefaultRouteInterface(routes));
}

std::string
ToString(const std::vector<Interface>& interfaces)
{
    std::string text;
    for (const Interface& one : interfaces)
    {
        text += (text.empty() ? "" : ", ") + one.name + " (" + one.address + ")";
    }
    return text;
}

} // namespace sonda
