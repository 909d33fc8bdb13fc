#ifndef SONDA_MODEL_SELECTION_POLICY_H
#define SONDA_MODEL_SELECTION_POLICY_H

#include "model/base/error.h"
#include "model/base/random-stream.h"
#include "model/table/status-table.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/**
 * How one agent is picked from scores and counters (docs/policies.md). Does no I/O; keeps at most
 * the state that its rule needs. Not thread-safe.
 */
class Policy
{
  public:
    virtual ~Policy() = default;

    /** \return one of the table's candidates, or nothing when there is none. */
    virtual std::optional<AgentIndex> Pick(const StatusTable& table,
                                           Instant now,
                                           RandomStream& random) = 0;

    /** A connection was handed to \p agent; the table's counters include it already. */
    virtual void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now);

    /** A connection of \p agent ended, well or not; the table's counters show it already. */
    virtual void OnCompletion(const StatusTable& table, AgentIndex agent, Instant now);
};

/** Name, parameter and meaning of a policy, for `--list` and messages. */
struct PolicyInfo
{
    std::string name;
    std::string parameter; //!< such as ":d"; empty when there is none
    std::string about;
    bool looksAtScores; //!< false: it may be used without a formula
};

/** \return all policies. */
const std::vector<PolicyInfo>& AllPolicies();

/**
 * \param text NAME or NAME:PARAMETER, for example `sample:2`
 * \return a new policy, or an error that says what is wrong and what is allowed
 */
Expected<std::unique_ptr<Policy>> MakePolicy(const std::string& text);

/** \return whether the policy of this text looks at scores; true for unknown names. */
bool LooksAtScores(const std::string& text);

} // namespace sonda

#endif
