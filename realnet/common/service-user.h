#ifndef SONDA_REALNET_COMMON_SERVICE_USER_H
#define SONDA_REALNET_COMMON_SERVICE_USER_H

#include "realnet/common/configuration.h"

/** What the user of a service cannot do that root can. For `--check`. */
namespace sonda
{

/** The packages make this group; their services are in it. */
constexpr const char* SERVICE_GROUP = "sonda";

/**
 * Tries every file that the configuration names, with the rights that the packages' services have:
 * a user who owns nothing, in the group SERVICE_GROUP, without home directories and with a /tmp of
 * its own. What stands in /run/credentials is systemd's to hand over, and passed by.
 *
 * Only root can try that: for everybody else, and where the rights cannot be given away, there are
 * no warnings. Forks; before there are threads.
 *
 * \return the files that such a service could not read, and why
 */
Problems FindUnreadable(const OptionTable& table);

/** Prints them as warnings on standard error; the exit code is none of their business, as a service
 * may run as any user. */
void WarnOfUnreadable(const std::string& program, const OptionTable& table);

} // namespace sonda

#endif
