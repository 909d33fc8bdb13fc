#ifndef SONDA_MODEL_SELECTION_TURNS_H
#define SONDA_MODEL_SELECTION_TURNS_H

#include "model/selection/policy.h"
#include "model/selection/weights.h"
#include "model/table/per-agent.h"

namespace sonda
{

/**
 * The turn of nginx's smooth weighted round robin: at each pick every candidate gains its weight,
 * the one with the most is picked and loses the sum of all weights. So of weights 5, 1, 1 seven
 * picks are a a b a c a a. Of equals the one with the lowest index.
 */
class SmoothTurn
{
  public:
    /** \param weights of the candidates, in their order, at least one; O(n) */
    AgentIndex Next(const std::vector<AgentIndex>& candidates, const std::vector<double>& weights);

    void
    Forget(AgentIndex agent)
    {
        m_credit.Reset(agent);
    }

  private:
    PerAgent<double> m_credit;
};

/** SmoothTurn with the weights of the formula (Weights). Cost of a pick: O(n). */
class SmoothWeightedPolicy : public Policy
{
  public:
    explicit SmoothWeightedPolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnRemoved(AgentIndex agent) override;

  private:
    View m_view;
    Weights m_weights;
    SmoothTurn m_turn;
};

/**
 * Earliest deadline first: the candidate with the least deadline is picked, and its deadline moves
 * on by 1 / weight; a new one begins at a random place of its first period, so that several proxies
 * do not pick in step (gRPC's weighted_round_robin, gRFC A58; Envoy's scheduler). The weight is
 * looked up when the agent is picked; the average that stands for a missing one is that of the last
 * report. Cost of a pick: O(log n), and O(n) once a report.
 */
class EarliestDeadlinePolicy : public Policy
{
  public:
    explicit EarliestDeadlinePolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnRemoved(AgentIndex agent) override;

  private:
    struct Entry
    {
        double deadline;
        AgentIndex agent;
    };

    struct Place
    {
        bool queued{false};
        std::uint64_t candidateIn{0}; //!< the last epoch in which the agent was a candidate
    };

    static bool Later(const Entry& a, const Entry& b);
    void Queue(RandomStream& random);
    double Period(AgentIndex agent);

    View m_view;
    std::uint64_t m_epoch{0};
    std::uint64_t m_averageIn{0}; //!< the epoch in which m_average was computed
    double m_average{1};
    double m_clock{0};          //!< deadline of the last pick
    std::vector<Entry> m_queue; //!< a heap, earliest first
    PerAgent<Place> m_places;
};

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
