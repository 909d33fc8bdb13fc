#ifndef SONDA_REALNET_ADMIN_METRICS_TEXT_H
#define SONDA_REALNET_ADMIN_METRICS_TEXT_H

#include "realnet/admin/snapshot.h"

#include <string>

namespace sonda
{

/**
 * \return the body of /metrics (docs/monitoring.md lists the metrics). Any thread. The number of
 * series is bounded, see MetricsPage.
 */
std::string MetricsText(const AdminSnapshot& snapshot);

} // namespace sonda

#endif
