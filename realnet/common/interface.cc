#include "realnet/common/interface.h"

#include "model/base/shown.h"
#include "model/protocol/address.h"
#include "model/protocol/ipv6.h"
#include "realnet/common/address-rank.h"

#include <algorithm>
#include <net/if.h>
#include <set>
#include <sys/socket.h>
#include <tuple>

namespace sonda
{

namespace
{

const LinkFacts*
FindLink(const NetworkFacts& facts, int index)
{
    const auto found = std::find_if(facts.links.begin(),
                                    facts.links.end(),
                                    [index](const LinkFacts& l) { return l.index == index; });
    return found == facts.links.end() ? nullptr : &*found;
}

bool
IsTunnel(const NetworkFacts& facts, int index)
{
    const LinkFacts* const link = FindLink(facts, index);
    return link != nullptr && link->isPointToPoint;
}

/** \return the link of the only interface beside loopback, if there is only one. */
std::optional<int>
OnlyLink(const std::vector<Interface>& interfaces)
{
    std::set<int> links;
    for (const Interface& one : interfaces)
    {
        if (!one.isLoopback)
        {
            links.insert(one.index);
        }
    }
    return links.size() == 1 ? std::optional(*links.begin()) : std::nullopt;
}

const Interface*
FirstOfLink(const std::vector<Interface>& interfaces, int index)
{
    const auto found = std::find_if(interfaces.begin(),
                                    interfaces.end(),
                                    [index](const Interface& i) { return i.index == index; });
    return found == interfaces.end() ? nullptr : &*found;
}

/** \return the best address of the default link, or of the one in use, where that is to be kept. */
const Interface*
ChooseDefault(const NetworkFacts& facts,
              int family,
              const std::vector<Interface>& interfaces,
              const Interface* current)
{
    const Interface* const kept = current ? FirstOfLink(interfaces, current->index) : nullptr;
    for (const int link : DefaultLinks(facts, family))
    {
        const Interface* const candidate = FirstOfLink(interfaces, link);
        if (candidate && !(kept && IsTunnel(facts, link)))
        {
            return candidate;
        }
    }
    const auto only = OnlyLink(interfaces);
    return kept ? kept : only ? FirstOfLink(interfaces, *only) : nullptr;
}

/** \return the best address of the interface that has this name, or the interface of an address. */
const Interface*
ChooseNamed(const std::vector<Interface>& interfaces, const std::string& wanted)
{
    const auto found = std::find_if(interfaces.begin(),
                                    interfaces.end(),
                                    [&wanted](const Interface& i)
                                    { return i.name == wanted || i.address == wanted; });
    return found == interfaces.end() ? nullptr : &*found;
}

/** \return the one in use as it is now, where its address is still there and no worse than best. */
const Interface*
StillGood(const std::vector<Interface>& interfaces, const Interface& best, const Interface& current)
{
    const auto found = std::find_if(interfaces.begin(),
                                    interfaces.end(),
                                    [&](const Interface& i) {
                                        return i.index == best.index &&
                                               i.address == current.address &&
                                               i.faults <= best.faults;
                                    });
    return best.index == current.index && found != interfaces.end() ? &*found : nullptr;
}

/** \return the link that has the name or, usable or not, the address; null: none has. */
const LinkFacts*
FindWanted(const NetworkFacts& facts, const std::string& wanted)
{
    const auto address =
        std::find_if(facts.addresses.begin(),
                     facts.addresses.end(),
                     [&wanted](const AddressFacts& a) { return a.address == wanted; });
    if (address != facts.addresses.end())
    {
        return FindLink(facts, address->index);
    }
    const auto link = std::find_if(facts.links.begin(),
                                   facts.links.end(),
                                   [&wanted](const LinkFacts& l) { return l.name == wanted; });
    return link == facts.links.end() ? nullptr : &*link;
}

std::string
WhyNone(const NetworkFacts& facts,
        int family,
        const std::vector<Interface>& interfaces,
        const std::string& wanted)
{
    const std::string kind = family == AF_INET6 ? "IPv6" : "IPv4";
    const std::string choices = interfaces.empty() ? "none has an address of that kind"
                                                   : "there are " + ToString(interfaces);
    if (wanted.empty())
    {
        return "none has the default route, and none is the only one beside loopback; " + choices;
    }
    const LinkFacts* const link = FindWanted(facts, wanted);
    if (link == nullptr)
    {
        return Quoted(wanted) + " is neither name nor address of an interface that is up; " +
               choices;
    }
    const std::string lack =
        link->isUp ? " has no " + kind + " address that can be used (yet)" : " is down";
    return (link->name == wanted ? Quoted(wanted)
                                 : link->name + ", which has " + Quoted(wanted) + ",") +
           lack + "; " + choices;
}

} // namespace

std::vector<Interface>
ListInterfaces(const NetworkFacts& facts, int family)
{
    std::vector<Interface> result;
    for (const LinkFacts& link : facts.links)
    {
        std::vector<AddressFacts> addresses;
        std::copy_if(facts.addresses.begin(),
                     facts.addresses.end(),
                     std::back_inserter(addresses),
                     [&](const AddressFacts& a)
                     { return link.isUp && a.index == link.index && a.family == family; });
        for (const AddressFacts& one : Ranked(addresses))
        {
            result.push_back({link.name,
                              link.index,
                              one.address,
                              link.isLoopback,
                              one.prefixLength,
                              FaultsOf(one)});
        }
    }
    return result;
}

std::vector<int>
DefaultLinks(const NetworkFacts& facts, int family)
{
    std::vector<DefaultRouteFacts> routes;
    std::copy_if(facts.defaultRoutes.begin(),
                 facts.defaultRoutes.end(),
                 std::back_inserter(routes),
                 [family](const DefaultRouteFacts& r) { return r.family == family; });
    const auto key = [&facts](const DefaultRouteFacts& route)
    { return std::tuple(IsTunnel(facts, route.index), route.metric); };
    std::stable_sort(routes.begin(),
                     routes.end(),
                     [&key](const auto& a, const auto& b) { return key(a) < key(b); });
    std::vector<int> links;
    for (const DefaultRouteFacts& route : routes)
    {
        if (std::find(links.begin(), links.end(), route.index) == links.end())
        {
            links.push_back(route.index);
        }
    }
    return links;
}

Expected<Interface>
ChooseInterface(const NetworkFacts& facts,
                int family,
                const std::string& wanted,
                const Interface* current)
{
    const std::vector<Interface> interfaces = ListInterfaces(facts, family);
    const Interface* const best = wanted.empty() ? ChooseDefault(facts, family, interfaces, current)
                                                 : ChooseNamed(interfaces, wanted);
    if (best == nullptr)
    {
        return Error{WhyNone(facts, family, interfaces, wanted)};
    }
    const Interface* const kept =
        current && wanted != best->address ? StillGood(interfaces, *best, *current) : nullptr;
    return kept ? *kept : *best;
}

std::optional<std::string>
CheckInterfaceName(const std::string& wanted, int family)
{
    const bool isIpv4 = ParseIpv4(wanted).has_value();
    const bool isIpv6 = ParseIpv6(wanted).has_value();
    if (isIpv4 || isIpv6)
    {
        if (isIpv6 != (family == AF_INET6))
        {
            return Quoted(wanted) + " is an address of another kind than the group";
        }
        return IsHostAddress(wanted)
                   ? std::nullopt
                   : std::optional(Quoted(wanted) + " is not the address of one host in the "
                                                    "form that the kernel writes");
    }
    // An interface may be called 7, but who writes 10.0.0.256 means an address.
    const bool isQuad = wanted.find_first_not_of("0123456789.") == std::string::npos &&
                        wanted.find('.') != std::string::npos;
    const bool isName =
        !wanted.empty() && wanted.size() < IFNAMSIZ && !isQuad && wanted != "." && wanted != ".." &&
        std::none_of(wanted.begin(),
                     wanted.end(),
                     [](unsigned char c) { return c <= ' ' || c == '/' || c == ':'; });
    return isName ? std::nullopt
                  : std::optional(Quoted(wanted) +
                                  " can be neither the name of an interface (up to 15 bytes, no "
                                  "space, slash or colon) nor an address");
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
