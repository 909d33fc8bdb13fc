#ifndef SONDA_REALNET_ADMIN_STATE_JSON_H
#define SONDA_REALNET_ADMIN_STATE_JSON_H

#include "realnet/admin/snapshot.h"

#include <limits>
#include <string>

/** Snapshots as text for HTTP (docs/monitoring.md describes every key). No state, any thread. */
namespace sonda
{

/** Events come twice a second: a page that shows more rows than this helps nobody. */
constexpr std::size_t MOST_AGENTS_IN_EVENT = 500;

constexpr std::size_t ALL_AGENTS = std::numeric_limits<std::size_t>::max();

/** Windows over which an agent's share of picks is taken: a minute at the default interval. */
constexpr std::size_t SHARE_WINDOWS = 12;

/**
 * \return "ready", "stale", "full" (has as many connections as it may), "resting", "own-address"
 * (it is this proxy), "drained" (by the operator), "drain" or "down" (as the agent reports), "left"
 * (silent after one of these three), or "dead" (silent without a word): the first reason that keeps
 * it from being picked, if any
 */
const char* StateWord(const AgentRow& row);

/** Whether clients that come now are served, and in words. */
struct Readiness
{
    bool isReady{false};
    std::string text;
};

/** \return what /readyz says. */
Readiness ReadinessOf(const AdminSnapshot& snapshot);

/** \return why this one was picked, as a sentence without full stop. */
std::string WhyPicked(const DecisionRow& row, bool lowestIsBest);

/** \return the body of /api/state, one line. \param most agents beyond it are only counted */
std::string StateText(const AdminSnapshot& snapshot, std::size_t most);

/** \return the body of /api/history.csv. \param after windows up to this number are left out */
std::string HistoryText(const AdminSnapshot& snapshot, std::optional<std::uint64_t> after);

} // namespace sonda

#endif
