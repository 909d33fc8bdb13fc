#ifndef SONDA_MODEL_SELECTION_POLICIES_JOIN_IDLE_QUEUE_H
#define SONDA_MODEL_SELECTION_POLICIES_JOIN_IDLE_QUEUE_H

#include "model/selection/agent-set.h"
#include "model/selection/policy.h"
#include "model/selection/view.h"

#include <cstdint>

namespace sonda
{

/**
 * Join-Idle-Queue (Lu et al., Performance Evaluation 68, 2011): a server that becomes idle tells
 * one proxy, drawn at random among all; a proxy picks the one that has waited longest on its list
 * and takes it off, and a random candidate when the list is empty. A server on the list that gets
 * work from another proxy stays on it. A notice of a server that is on the list already changes
 * nothing. Cost of a pick: O(log n).
 */
class JoinIdleQueuePolicy : public Policy
{
  public:
    explicit JoinIdleQueuePolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnNotice(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnRemoved(AgentIndex agent) override;

    std::uint32_t
    NoticeBelow() const override
    {
        return 1;
    }

    /** \return how many servers wait on the list. */
    std::size_t
    Waiting() const
    {
        return m_idle.Size();
    }

  private:
    View m_view;
    AgentQueue m_idle;
};

} // namespace sonda

#endif
