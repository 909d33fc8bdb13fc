#include "model/selection/policy-table.h"

#include "model/selection/policy-rows.h"

namespace sonda
{

const std::vector<PolicyRow>&
PolicyRows()
{
    static const std::vector<PolicyRow> rows = []
    {
        std::vector<PolicyRow> all;
        for (const auto& part : {ScorePolicyRows(),
                                 WeightPolicyRows(),
                                 InterpretingPolicyRows(),
                                 CombinedPolicyRows(),
                                 OtherPolicyRows()})
        {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }();
    return rows;
}

} // namespace sonda
