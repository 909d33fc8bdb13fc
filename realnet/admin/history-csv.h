#ifndef SONDA_REALNET_ADMIN_HISTORY_CSV_H
#define SONDA_REALNET_ADMIN_HISTORY_CSV_H

#include "realnet/admin/snapshot.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sonda
{

/**
 * \return the body of /api/history.csv (docs/monitoring.md describes the columns). Any thread.
 * \param after windows up to this number are left out
 */
std::string HistoryText(const AdminSnapshot& snapshot, std::optional<std::uint64_t> after);

} // namespace sonda

#endif
