#ifndef SONDA_REALNET_COMMON_INTERFACE_H
#define SONDA_REALNET_COMMON_INTERFACE_H

#include "model/base/error.h"
#include "realnet/common/network-facts.h"

#include <optional>
#include <string>
#include <vector>

/** Which network interface, and which of its addresses. Pure functions; any thread. */
namespace sonda
{

/** A network interface with one of its addresses. */
struct Interface
{
    std::string name;
    int index{0};
    std::string address; //!< IPv4, or IPv6 that is not link-local
    bool isLoopback{false};
    unsigned prefixLength{0}; //!< of the address
    unsigned faults{0};       //!< of the address, see FaultsOf()
};

/**
 * \param family AF_INET or AF_INET6
 * \return every interface that is up, once for each of its usable addresses of that family, the
 * best address first (address-rank.h); without those that others cannot be told of
 */
std::vector<Interface> ListInterfaces(const NetworkFacts& facts, int family);

/**
 * \return the links that have a default route, the one of least metric first; but tunnels, behind
 * which there is no LAN, come last
 */
std::vector<int> DefaultLinks(const NetworkFacts& facts, int family);

/**
 * Chooses the interface that is meant, and the address to use.
 *
 * \param wanted name or address; empty: the one with the default route, or where there is none the
 * only one beside loopback
 * \param current what is in use; null: nothing. It is kept while its address is there, unless the
 * interface now has one with fewer faults, or unless nothing was wanted and the default route leads
 * elsewhere: not to a tunnel, which comes and goes with somebody's VPN
 * \return the interface, or an error that tells what is wrong and names the choices
 */
Expected<Interface> ChooseInterface(const NetworkFacts& facts,
                                    int family,
                                    const std::string& wanted,
                                    const Interface* current = nullptr);

/**
 * \return why no interface will ever have this name or address of the family; nothing when one may
 */
std::optional<std::string> CheckInterfaceName(const std::string& wanted, int family);

/** \return "NAME (ADDRESS), …". */
std::string ToString(const std::vector<Interface>& interfaces);

} // namespace sonda

#endif
