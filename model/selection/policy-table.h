#ifndef SONDA_MODEL_SELECTION_POLICY_TABLE_H
#define SONDA_MODEL_SELECTION_POLICY_TABLE_H

#include "model/selection/ageing.h"
#include "model/selection/parameters.h"
#include "model/selection/policy.h"

#include <memory>
#include <string>
#include <vector>

/** The table of policies, of which MakePolicy() and the lists are made. A new policy is a row. */
namespace sonda
{

/** What a policy is made from. */
struct PolicyParts
{
    std::vector<double> numbers; //!< one for each range of the row
    AgeRule rule;
    const Oracle* oracle; //!< not null where the row needs one
};

/** One policy: what it is, and how it is made. */
struct PolicyRow
{
    PolicyInfo info;
    std::vector<ParameterRange> ranges;
    std::string needs; //!< what its parameters must be, for messages; empty when it has none
    std::unique_ptr<Policy> (*make)(const PolicyParts& parts);
};

/** \return all rows, in the order of docs/policies.md. */
const std::vector<PolicyRow>& PolicyRows();

} // namespace sonda

#endif
