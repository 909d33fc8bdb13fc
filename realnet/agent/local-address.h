#ifndef SONDA_REALNET_AGENT_LOCAL_ADDRESS_H
#define SONDA_REALNET_AGENT_LOCAL_ADDRESS_H

#include <optional>
#include <string>

namespace sonda
{

/**
 * \return whether packets to \p address end in this network namespace; nothing when the kernel does
 * not say (netlink, RTM_GETROUTE). Any thread.
 */
std::optional<bool> IsLocalAddress(const std::string& address);

} // namespace sonda

#endif
