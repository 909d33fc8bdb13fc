#ifndef SONDA_REALNET_ADMIN_STATE_WORDS_H
#define SONDA_REALNET_ADMIN_STATE_WORDS_H

#include "realnet/admin/snapshot.h"

#include <string>

/** What a snapshot means, in words: of an agent, of a pick, of the proxy. No state, any thread. */
namespace sonda
{

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

} // namespace sonda

#endif
