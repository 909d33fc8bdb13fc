#ifndef SONDA_REALNET_ADMIN_SNAPSHOT_TAKER_H
#define SONDA_REALNET_ADMIN_SNAPSHOT_TAKER_H

#include "realnet/admin/snapshot.h"
#include "realnet/balancer/shared-balancer.h"

namespace sonda
{

/**
 * Copies the balancer's table out in slices of SLICE agents, each under the mutex, so that the data
 * path never waits for more than one slice however large the table is. Rows of one copy may be
 * microseconds apart. Belongs to the control thread.
 */
class SnapshotTaker
{
  public:
    static constexpr std::size_t SLICE = 32;

    /** \param start origin of the seconds. Both others must outlive the taker */
    SnapshotTaker(const SharedBalancer& balancer, const LiveFigures& figures, Instant start);

    /** \return all agents, sorted by index. */
    std::vector<AgentRow> TakeAgents() const;

    std::vector<DecisionRow> TakeDecisions() const;

    /** Fills in what is known of the whole table and of agents that are gone. */
    void TakeTotals(AdminSnapshot& snapshot) const;

    /** \return the rule in force. \param policy its name, which the balancer does not know */
    PickRule TakeRule(const std::string& policy) const;

  private:
    AgentRow MakeRow(const StatusTable& table, AgentIndex agent, Instant now) const;

    const SharedBalancer& m_balancer;
    const LiveFigures& m_figures;
    Instant m_start;
};

} // namespace sonda

#endif
