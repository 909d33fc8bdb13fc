#ifndef SONDA_MODEL_SELECTION_POLICY_ROWS_H
#define SONDA_MODEL_SELECTION_POLICY_ROWS_H

#include "model/selection/policy-table.h"

/** The parts of the table of policies; policy-table.cc puts them together, nobody else needs them.
 */
namespace sonda
{

std::vector<PolicyRow> ScorePolicyRows();
std::vector<PolicyRow> WeightPolicyRows();
std::vector<PolicyRow> InterpretingPolicyRows();
std::vector<PolicyRow> CombinedPolicyRows();
std::vector<PolicyRow> OtherPolicyRows();

/** Makes a policy without parameters. */
template <typename T>
std::unique_ptr<Policy>
MakePlain(const PolicyParts& parts)
{
    return std::make_unique<T>(parts.rule);
}

/** Makes a policy with one number. */
template <typename T, typename Number = double>
std::unique_ptr<Policy>
MakeWith(const PolicyParts& parts)
{
    return std::make_unique<T>(static_cast<Number>(parts.numbers[0]), parts.rule);
}

} // namespace sonda

#endif
