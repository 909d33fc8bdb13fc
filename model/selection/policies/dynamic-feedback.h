#ifndef SONDA_MODEL_SELECTION_POLICIES_DYNAMIC_FEEDBACK_H
#define SONDA_MODEL_SELECTION_POLICIES_DYNAMIC_FEEDBACK_H

#include "model/selection/policy.h"
#include "model/selection/smooth-turn.h"
#include "model/selection/view.h"
#include "model/table/per-agent.h"

#include <vector>

namespace sonda
{

/**
 * Linux Virtual Server's dynamic feedback: with every report an agent's weight moves by
 * A sgn(0.95 - L) |0.95 - L|^(1/3), where L is its load, the formula's score, and stays between its
 * start and ten times that; then turns by weight (SmoothTurn). The start is ten times the
 * operator's weight. (Zhang, "Dynamic Feedback Load Balancing Scheduling", LVS; the set point 0.95
 * is that of the later text: with the earlier one, 1, weights could only grow.) An unknown load
 * changes nothing. Cost of a pick: O(n).
 */
class DynamicFeedbackPolicy : public Policy
{
  public:
    /** \param step A, above 0 */
    DynamicFeedbackPolicy(double step, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnReport(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnRemoved(AgentIndex agent) override;

    /** \return the agent's weight now. */
    double WeightNow(const StatusTable& table, AgentIndex agent);

  private:
    double m_step;
    View m_view;
    PerAgent<double> m_gained; //!< weight over the start, divided by the start
    std::vector<double> m_weights;
    SmoothTurn m_turn;
};

} // namespace sonda

#endif
