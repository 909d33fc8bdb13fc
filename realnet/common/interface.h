#ifndef SONDA_REALNET_COMMON_INTERFACE_H
#define SONDA_REALNET_COMMON_INTERFACE_H

#include "model/base/error.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sonda
{

/** A network interface with one of its addresses. */
struct Interface
{
    std::string name;
    int index{0};
    std::string address; //!< IPv4, or IPv6 that is not link-local
    bool isLoopback{false};
};

/**
 * \param family AF_INET or AF_INET6
 * \return every interface that is up, once for each of its addresses of that family; link-local
 * IPv6 addresses are left out: no other host can be told of them
 */
Expected<std::vector<Interface>> ListInterfaces(int family);

/**
 * \param routes content of /proc/net/route
 * \return name of the interface with the default route of least metric, if there is one
 */
std::optional<std::string> DefaultRouteInterface(std::string_view routes);

/** The same for IPv6. \param routes content of /proc/net/ipv6_route */
std::optional<std::string> DefaultIpv6RouteInterface(std::string_view routes);

/**
 * Chooses from a list (the pure part of FindInterface()).
 *
 * \param wanted name or address; empty: the one with the default route, or where there is none the
 * only one beside loopback
 * \param defaultName what DefaultRouteInterface() says
 * \return the interface, or an error that names the choices
 */
Expected<Interface> ChooseInterface(const std::vector<Interface>& interfaces,
                                    const std::string& wanted,
                                    const std::optional<std::string>& defaultName);

/**
 * Chooses several from a list (the pure part of FindInterfaces()).
 *
 * \param wanted names or addresses, each of another interface; none: as ChooseInterface() does
 * \param defaultName what DefaultRouteInterface() says
 * \return the interfaces in the order given, or an error that names the choices
 */
Expected<std::vector<Interface>> ChooseInterfaces(const std::vector<Interface>& interfaces,
                                                  const std::vector<std::string>& wanted,
                                                  const std::optional<std::string>& defaultName);

/** \return the interfaces of this machine that \p wanted names; see ChooseInterfaces(). */
Expected<std::vector<Interface>> FindInterfaces(const std::vector<std::string>& wanted, int family);

/** \return "NAME (ADDRESS), …". */
std::string ToString(const std::vector<Interface>& interfaces);

} // namespace sonda

#endif
