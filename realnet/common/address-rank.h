#ifndef SONDA_REALNET_COMMON_ADDRESS_RANK_H
#define SONDA_REALNET_COMMON_ADDRESS_RANK_H

#include "realnet/common/network-facts.h"

#include <vector>

/** Which of the addresses of a link to be known by. Pure functions; any thread. */
namespace sonda
{

/**
 * \return whether it is an address that sockets can use and other hosts can be told of: one of one
 * host, not link-local IPv6, and none that may be another host's (tentative, duplicate)
 */
bool IsUsable(const AddressFacts& address);

/**
 * What speaks against an address that is to last, the gravest in the highest bit; a number that
 * grows with the gravity. Worth a move to an address with a lower one while both are there.
 *
 * - FAULT_LINK_LOCAL: 169.254/16, which a host gives itself for want of a better one
 * - FAULT_VIRTUAL: of the length of one host and without a lifetime, as keepalived and their like
 *   add it; tomorrow it is another host's. (DHCPv6 gives that length, too, but with a lifetime.)
 * - FAULT_DEPRECATED: on its way out
 * - FAULT_TEMPORARY: an IPv6 privacy address, which lives for a day or a week
 */
unsigned FaultsOf(const AddressFacts& address);

constexpr unsigned FAULT_TEMPORARY = 1;
constexpr unsigned FAULT_DEPRECATED = 2;
constexpr unsigned FAULT_VIRTUAL = 4;
constexpr unsigned FAULT_LINK_LOCAL = 8;

/**
 * \return whether \p a is the better one: fewer faults; a network's length rather than one host's;
 * primary rather than secondary; of wider scope; permanent rather than with a lifetime; older
 */
bool RanksBefore(const AddressFacts& a, const AddressFacts& b);

/** \return the usable ones, best first; equal ones stay in their order. */
std::vector<AddressFacts> Ranked(const std::vector<AddressFacts>& addresses);

} // namespace sonda

#endif
