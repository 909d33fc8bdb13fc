#ifndef SONDA_REALNET_COMMON_SERVICE_MANAGER_H
#define SONDA_REALNET_COMMON_SERVICE_MANAGER_H

#include "model/base/error.h"
#include "model/base/time.h"
#include "realnet/common/descriptor.h"

#include <optional>
#include <string>
#include <vector>

/**
 * What a service manager (systemd, or who speaks its protocol) hands to the program and wants to
 * hear from it. Without one everything here does nothing. The control thread only.
 */
namespace sonda
{

/** A listening TCP socket that the service manager keeps open over restarts. */
struct InheritedSocket
{
    std::string name; //!< of LISTEN_FDNAMES
    Descriptor socket;
};

/**
 * Takes over the sockets of LISTEN_FDS and makes them non-blocking; once, at the start, before
 * other descriptors are opened.
 *
 * \param names that the program knows
 * \return the sockets, none without LISTEN_FDS, or an error: one has another name or is no
 * listening TCP socket
 */
Expected<std::vector<InheritedSocket>> InheritSockets(const std::vector<std::string>& names);

/** Tells the service manager lines such as "READY=1". */
void NotifyManager(const std::string& lines);

/** Tells it that a reload begins; READY=1 ends it. */
void NotifyReloading(Instant now);

/** \return how often "WATCHDOG=1" must be sent: half of what the manager waits for, if it waits. */
std::optional<Duration> WatchdogPeriod();

} // namespace sonda

#endif
