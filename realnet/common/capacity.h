#ifndef SONDA_REALNET_COMMON_CAPACITY_H
#define SONDA_REALNET_COMMON_CAPACITY_H

#include "model/protocol/pdu.h"

namespace sonda
{

/**
 * What an agent can be expected to work relative to the others: the operator's weight times the
 * cores that its server may use. Its share of the sum is the agent's ideal share of picks. A LAN
 * knows no true capacity as a simulation does; an agent that reports no cores (base form) counts
 * as one core, so that a weight is the whole story where nobody reports cores.
 */
inline double
CapacityOf(const Report& report)
{
    return report.weight * report.cores.value_or(1);
}

} // namespace sonda

#endif
