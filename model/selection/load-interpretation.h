#ifndef SONDA_MODEL_SELECTION_LOAD_INTERPRETATION_H
#define SONDA_MODEL_SELECTION_LOAD_INTERPRETATION_H

#include "model/selection/arrival-rate.h"
#include "model/selection/policy.h"
#include "model/selection/view.h"
#include "model/selection/weights.h"
#include "model/table/per-agent.h"

#include <cstdint>
#include <vector>

/**
 * Load interpretation: old queue lengths are read together with how many requests must have come
 * since (Dahlin, "Interpreting Stale Load Information", IEEE TPDS 11(10), 2000). The score must be
 * a number of requests, lowest best, as `reported` is. The rate of arrivals is measured by the
 * policy from its own dispatches, over ten probe intervals, and multiplied by the number of
 * proxies. Agents whose score is not known are picked only when none is known.
 */
namespace sonda
{

/** The candidates in the order of their loads, least first; those with a known one only. */
class SortedLoads
{
  public:
    struct Load
    {
        double load;
        AgentIndex agent;
    };

    /** Brings the order up to date. \return whether it may have changed */
    bool Look(const View& view);

    const std::vector<Load>&
    Get() const
    {
        return m_loads;
    }

  private:
    std::uint64_t m_epoch{0};
    std::vector<Load> m_loads;
};

/**
 * Basic LI. In an interval K = rate T requests come. They are spread so that at its end all loads
 * that they can reach are equal: of loads b_1 <= b_2 <= …, m is the greatest number with level
 * L = (K + b_1 + … + b_m) / m > b_m, and i <= m is picked with probability (L - b_i) / K. Cost of a
 * pick: O(log n) with a static formula but for O(n log n) once a report, else O(n log n).
 */
class BasicLiPolicy : public Policy
{
  public:
    /** \param proxies how many there are with the same traffic as this one, at least 1 */
    BasicLiPolicy(double proxies, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now) override;

  private:
    void Spread(double expected);

    double m_proxies;
    View m_view;
    ArrivalRate m_rate;
    SortedLoads m_loads;
    double m_expected{-1}; //!< for which m_lottery was made
    Lottery m_lottery;
};

/**
 * LI with the age of each report: since the report of i, K_i = rate age_i requests have come, of
 * which i had the share p_i. The shares make all loads that are reached equal, b_i + p_i K_i = L,
 * so p_i = (L - b_i) / K_i where that is positive, with L so that they sum to 1. With equal ages it
 * is Basic LI with K = rate age. Cost of a pick: O(n) with a static formula, else O(n log n).
 */
class AgedLiPolicy : public Policy
{
  public:
    /** \param proxies as for BasicLiPolicy */
    AgedLiPolicy(double proxies, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now) override;

  private:
    double m_proxies;
    View m_view;
    ArrivalRate m_rate;
    SortedLoads m_loads;
    std::vector<double> m_slopes; //!< 1 / K_i, in the order of the loads
    Lottery m_lottery;
};

/**
 * Aggressive LI: fills the valley step by step, then is uniform. The j-th request since the reports
 * goes to one of the m least loaded with equal probability, where m is the greatest number with
 * sum over i < m of i (b_{i+1} - b_i) <= j. Where reports come one by one, j is the mean number of
 * requests since the candidates' reports. Cost of a pick: O(log n) with a static formula but for
 * O(n log n) once a report, else O(n log n).
 */
class AggressiveLiPolicy : public Policy
{
  public:
    /** \param proxies as for BasicLiPolicy */
    AggressiveLiPolicy(double proxies, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnReport(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnRemoved(AgentIndex agent) override;

  private:
    void FindSteps();

    double m_proxies;
    View m_view;
    SortedLoads m_loads;
    std::uint64_t m_dispatched{0};
    PerAgent<std::uint64_t> m_dispatchedAtReport;
    double m_meanAtReport{0};     //!< of the candidates' m_dispatchedAtReport
    std::vector<double> m_filled; //!< requests that raise the first m loads to the m-th
};

} // namespace sonda

#endif
