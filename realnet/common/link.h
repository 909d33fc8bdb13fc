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

} // namespace sonda

#endif
