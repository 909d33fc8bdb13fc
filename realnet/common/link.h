#ifndef SONDA_REALNET_COMMON_LINK_H
#define SONDA_REALNET_COMMON_LINK_H

#include "model/control/whereabouts.h"
#include "realnet/common/interface.h"

namespace sonda
{

/**
 * \return the networks of all addresses that the interface has now, of the kind that
 *         Interface::address is; none when it has gone
 */
Link LinkOf(const Interface& interface);

/**
 * \return whether the kernel lets in datagrams from 127.0.0.0/8 by the interface (route_localnet);
 *         true when it cannot be read
 */
bool AdmitsLoopbackSources(const Interface& interface);

} // namespace sonda

#endif
