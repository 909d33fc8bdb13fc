#include "realnet/common/address-rank.h"

#include "model/protocol/ipv6.h"

#include <algorithm>
#include <iterator>
#include <linux/if_addr.h>
#include <sys/socket.h>
#include <tuple>

namespace sonda
{

namespace
{

bool
HasHostLength(const AddressFacts& address)
{
    return address.prefixLength == (address.family == AF_INET6 ? 128 : 32) && !address.hasPeer;
}

bool
IsPermanent(const AddressFacts& address)
{
    return address.flags & IFA_F_PERMANENT;
}

/** The same bit means "temporary" of an IPv6 address. */
bool
IsSecondary(const AddressFacts& address)
{
    return address.family == AF_INET && address.flags & IFA_F_SECONDARY;
}

/** Tuples of these compare as addresses do, the best first. */
auto
KeyOf(const AddressFacts& address)
{
    return std::tuple(FaultsOf(address),
                      HasHostLength(address),
                      IsSecondary(address),
                      address.scope,
                      !IsPermanent(address),
                      address.created);
}

} // namespace

bool
IsUsable(const AddressFacts& address)
{
    if (address.family != AF_INET6)
    {
        return IsHostAddress(address.address);
    }
    // An optimistic address is used before it is known to be nobody else's (RFC 4429).
    const bool isTentative = address.flags & IFA_F_TENTATIVE && !(address.flags & IFA_F_OPTIMISTIC);
    return !isTentative && !(address.flags & IFA_F_DADFAILED) && IsHostAddress(address.address);
}

unsigned
FaultsOf(const AddressFacts& address)
{
    const bool isTemporary = address.family == AF_INET6 && address.flags & IFA_F_TEMPORARY;
    const bool isDeprecated = address.flags & IFA_F_DEPRECATED || address.preferredSeconds == 0;
    const bool isVirtual = HasHostLength(address) && IsPermanent(address);
    const bool isLinkLocal = address.address.starts_with("169.254.");
    return (isTemporary ? FAULT_TEMPORARY : 0) | (isDeprecated ? FAULT_DEPRECATED : 0) |
           (isVirtual ? FAULT_VIRTUAL : 0) | (isLinkLocal ? FAULT_LINK_LOCAL : 0);
}

bool
RanksBefore(const AddressFacts& a, const AddressFacts& b)
{
    return KeyOf(a) < KeyOf(b);
}

std::vector<AddressFacts>
Ranked(const std::vector<AddressFacts>& addresses)
{
    std::vector<AddressFacts> ranked;
    std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(ranked), IsUsable);
    std::stable_sort(ranked.begin(), ranked.end(), RanksBefore);
    return ranked;
}

} // namespace sonda
