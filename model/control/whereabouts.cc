#include "model/control/whereabouts.h"

#include <algorithm>

namespace sonda
{

namespace
{

bool
IsOnLink(const Link& link, const std::string& address)
{
    return std::any_of(link.networks.begin(),
                       link.networks.end(),
                       [&](const Prefix& network) { return network.Contains(address); });
}

bool
IsNobody(const Link& link, const std::string& address)
{
    return std::any_of(link.networks.begin(),
                       link.networks.end(),
                       [&](const Prefix& network) { return network.IsNobody(address); });
}

/** \return why no server can have the address, seen from here; nothing where one can. */
std::optional<Refusal>
CheckAddress(const std::string& address, const Sender& sender, const std::optional<Link>& link)
{
    const auto refuse = [&](const char* why) {
        return Refusal{RefusalReason::IMPOSSIBLE_ADDRESS, address + why};
    };
    if (IsLoopback(address) && !sender.isThisHost)
    {
        return refuse(" is this host, but the datagram came from another");
    }
    if (!link || sender.isThisHost)
    {
        return std::nullopt;
    }
    if (IsLinkLocal(address) && !IsOnLink(*link, address))
    {
        return refuse(" is link-local, and not of this link");
    }
    if (IsNobody(*link, address))
    {
        return refuse(" is the address of a network or of all in it");
    }
    return std::nullopt;
}

} // namespace

std::optional<Refusal>
CheckWhereabouts(const ProbeResponse& response,
                 const Sender& sender,
                 const std::optional<Link>& link,
                 ForeignSources allowed)
{
    const std::string& address = response.server.address;
    if (auto refusal = CheckAddress(address, sender, link))
    {
        return refusal;
    }
    const bool isNear = sender.isThisHost || !link || IsOnLink(*link, sender.address);
    if (!response.nonce && !isNear)
    {
        return Refusal{RefusalReason::OFF_LINK, "an answer without nonce counts from the LAN only"};
    }
    if (address == sender.address || allowed == ForeignSources::ACCEPTED)
    {
        return std::nullopt;
    }
    const bool isNeighbour = response.nonce && (!link || IsOnLink(*link, address));
    if (allowed == ForeignSources::ON_LINK && (sender.isThisHost || isNeighbour))
    {
        return std::nullopt;
    }
    return Refusal{RefusalReason::FOREIGN_SOURCE, sender.address + " advertises " + address};
}

} // namespace sonda
