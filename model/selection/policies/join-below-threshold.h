#ifndef SONDA_MODEL_SELECTION_POLICIES_JOIN_BELOW_THRESHOLD_H
#define SONDA_MODEL_SELECTION_POLICIES_JOIN_BELOW_THRESHOLD_H

#include "model/selection/agent-set.h"
#include "model/selection/policy.h"
#include "model/selection/view.h"

#include <cstdint>

namespace sonda
{

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
