#ifndef SONDA_MODEL_SELECTION_POLICIES_DICTIONARY_H
#define SONDA_MODEL_SELECTION_POLICIES_DICTIONARY_H

#include "model/selection/policy.h"
#include "model/table/per-agent.h"

#include <map>
#include <optional>

namespace sonda
{

/**
 * The student report's status table to the letter: a dictionary whose keys are scores. A report
 * moves its agent to the key that is its score and overwrites the agent that was there, which then
 * is in no place until its own next report. Nothing expires (Expires()). Picked is the agent with
 * the best key that is a candidate; nobody may be picked who drains or has just refused a
 * connection, as the proxy would never leave it.
 *
 * An agent whose score is not a number is in no place. When nobody in the dictionary is a
 * candidate, the first candidate is picked. Cost of a pick: O(1), and O(n) where the best are no
 * candidates.
 */
class DictionaryPolicy : public Policy
{
  public:
    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnReport(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnRemoved(AgentIndex agent) override;

    bool
    Expires() const override
    {
        return false;
    }

    /** \return how many agents are in it. */
    std::size_t
    Size() const
    {
        return m_byRank.size();
    }

  private:
    void Leave(AgentIndex agent);

    std::map<double, AgentIndex> m_byRank; //!< best first
    PerAgent<std::optional<double>> m_rankOf;
};

} // namespace sonda

#endif
