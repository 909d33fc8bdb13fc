#ifndef SONDA_MODEL_SELECTION_POLICIES_C3_H
#define SONDA_MODEL_SELECTION_POLICIES_C3_H

#include "model/selection/champion.h"
#include "model/selection/cubic-rate.h"
#include "model/selection/policy.h"
#include "model/selection/view.h"
#include "model/table/per-agent.h"

namespace sonda
{

/**
 * C3's replica ranking (Suresh, Canini, Schmid and Feldmann, NSDI 2015, section 3.1): the least of
 *
 *     R - 1/mu + q^3 / mu    with    q = 1 + inflight * clients + reported
 *
 * where R is the response time as seen here, 1/mu the reported time in the server (the paper's has
 * no waiting in it, but agents cannot tell the two apart) and `reported` the reported queue, each
 * an EWMA in which a new value weighs 0.9 (the authors' simulator), and clients the number of
 * proxies. Of equals a random one.
 *
 * An agent that never reported its service time has R in its place; with neither it ranks first, as
 * in that simulator, and is thus tried. Whoever never reported a queue has none. Cost of a pick:
 * O(n).
 */
class C3Policy : public Policy
{
  public:
    /** \param clients how many proxies share the agents, at least 1 */
    C3Policy(double clients, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnReport(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnCompletion(const StatusTable& table,
                      AgentIndex agent,
                      const Ending& ending,
                      Instant now) override;
    void OnRemoved(AgentIndex agent) override;

  protected:
    /** \return the agent's score, least best. */
    double Rank(const StatusTable& table, AgentIndex agent);

    View m_view;
    Champion m_best;

  private:
    struct Averages
    {
        SampleAverage response{0.9};
        SampleAverage service{0.9};
        SampleAverage queue{0.9};
    };

    double m_clients;
    PerAgent<Averages> m_averages;
};

} // namespace sonda

#endif
