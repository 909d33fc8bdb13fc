#ifndef SONDA_REALNET_ADMIN_STATE_JSON_H
#define SONDA_REALNET_ADMIN_STATE_JSON_H

#include "realnet/admin/snapshot.h"

#include <limits>
#include <string>

/** Snapshots as JSON for HTTP (docs/monitoring.md describes every key). No state, any thread. */
namespace sonda
{

/** Events come twice a second: a page that shows more rows than this helps nobody. */
constexpr std::size_t MOST_AGENTS_IN_EVENT = 500;

constexpr std::size_t ALL_AGENTS = std::numeric_limits<std::size_t>::max();

/** Windows over which an agent's share of picks is taken: a minute at the default interval. */
constexpr std::size_t SHARE_WINDOWS = 12;

/** \return the body of /api/state, one line. \param most agents beyond it are only counted */
std::string StateText(const AdminSnapshot& snapshot, std::size_t most);

} // namespace sonda

#endif
