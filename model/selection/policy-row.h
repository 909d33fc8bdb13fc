#ifndef SONDA_MODEL_SELECTION_POLICY_ROW_H
#define SONDA_MODEL_SELECTION_POLICY_ROW_H

#include "model/selection/ageing.h"
#include "model/selection/parameters.h"
#include "model/selection/policy.h"

#include <memory>
#include <string>
#include <vector>

/**
 * What a policy says of itself. Every file policies/NAME.cc holds one policy and defines
 *
 *     namespace sonda::policies { PolicyRow NameRow(); }
 *
 * where NameRow is its name in camel case (smooth-weighted: SmoothWeightedRow). The build makes the
 * list of all rows from the folder's files (model/CMakeLists.txt), so that a new policy is one new
 * file; MakePolicy() and everything that lists policies are made of it.
 */
namespace sonda
{

/** What a policy is made from. */
struct PolicyParts
{
    std::vector<double> numbers; //!< one for each parameter of the row
    AgeRule rule;
    const Oracle* oracle; //!< not null where the row needs one
};

/** One policy: what it is, and how it is made. */
struct PolicyRow
{
    std::string name; //!< the file's
    char section;     //!< of docs/policies.md, A to G
    std::string about;
    std::string defaultFormula; //!< name in the catalogue; "none": the policy looks at no score
    Ageing ageing;
    std::vector<Parameter> parameters;
    std::unique_ptr<Policy> (*make)(const PolicyParts& parts);
    bool needsOracle{false}; //!< exists in a simulation only
};

/** \return all rows, by section and name. */
const std::vector<PolicyRow>& PolicyRows();

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
