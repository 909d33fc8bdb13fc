#ifndef SONDA_MODEL_SELECTION_IDLE_LIST_H
#define SONDA_MODEL_SELECTION_IDLE_LIST_H

#include "model/selection/agent-set.h"
#include "model/selection/policy.h"
#include "model/selection/view.h"

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

/**
 * Join-below-threshold (Zhou et al., "Designing Low-Complexity Heavy-Traffic Delay-Optimal Load
 * Balancing Schemes", arXiv 1710.04357) with a threshold that stays: a server whose connections
 * fall below k tells one proxy; a proxy picks a random one of its list, or of all candidates when
 * that is empty. A server stays on the list while the proxy has reason to believe that it is below
 * k (LikelyInFlight()), because it tells no more before it has been at k again. Cost of a pick:
 * O(log n).
 */
class JoinBelowThresholdPolicy : public Policy
{
  public:
    /** \param threshold k, at least 1 */
    JoinBelowThresholdPolicy(std::uint32_t threshold, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnNotice(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnRemoved(AgentIndex agent) override;

    std::uint32_t
    NoticeBelow() const override
    {
        return m_threshold;
    }

    /** \return how many servers are on the list. */
    std::size_t
    Listed() const
    {
        return m_below.Size();
    }

  private:
    std::uint32_t m_threshold;
    View m_view;
    AgentSet m_below;
    std::vector<AgentIndex> m_heldBack; //!< within a pick; kept for its memory
};

} // namespace sonda

#endif
