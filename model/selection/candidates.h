#ifndef SONDA_MODEL_SELECTION_CANDIDATES_H
#define SONDA_MODEL_SELECTION_CANDIDATES_H

#include "model/base/random-stream.h"
#include "model/table/agent-status.h"

#include <algorithm>
#include <optional>
#include <vector>

/** Two questions that many policies have about the candidates, which are sorted by index. */
namespace sonda
{

/** \return whether the agent is among them: O(log n). */
inline bool
Contains(const std::vector<AgentIndex>& candidates, AgentIndex agent)
{
    return std::binary_search(candidates.begin(), candidates.end(), agent);
}

/** \return a random one of at least one, each with the same probability; of one alone without a
 * draw. */
inline AgentIndex
OneOf(const std::vector<AgentIndex>& agents, RandomStream& random)
{
    return agents.size() == 1 ? agents.front() : agents[random.Below(agents.size())];
}

/** \return a random one, each with the same probability; nothing when there is none. */
inline std::optional<AgentIndex>
AnyOf(const std::vector<AgentIndex>& candidates, RandomStream& random)
{
    if (candidates.empty())
    {
        return std::nullopt;
    }
    return candidates[random.Below(candidates.size())];
}

} // namespace sonda

#endif
