#ifndef SONDA_REALNET_ADMIN_METRICS_TEXT_H
#define SONDA_REALNET_ADMIN_METRICS_TEXT_H

#include "realnet/admin/snapshot.h"

#include <string>

/**
 * The body of /metrics, from a snapshot (docs/monitoring.md lists the metrics). No state, any
 * thread.
 *
 * The number of series is bounded: the agents with the lowest MOST_AGENTS indices, which they keep
 * for as long as they are known, have series of their own; the others are summed up under the label
 * `agent="all others"` (no agent can be called so: identities have no space).
 */
namespace sonda
{

constexpr std::size_t MOST_AGENTS_IN_METRICS = MOST_AGENTS_WITH_SERIES;

std::string MetricsText(const AdminSnapshot& snapshot);

} // namespace sonda

#endif
