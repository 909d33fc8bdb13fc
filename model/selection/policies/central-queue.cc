#include "model/selection/champion.h"
#include "model/selection/oracle.h"
#include "model/selection/policy-row.h"

namespace sonda
{

namespace
{

/**
 * One queue for all servers, as in M/M/c: a request waits at the proxy until a core is free, and
 * goes to the server with the fewest requests per core, a random one of equals. An agent that does
 * not report its cores has one.
 */
class CentralQueuePolicy : public Policy
{
  public:
    /** \param oracle outlives the policy */
    explicit CentralQueuePolicy(const Oracle& oracle);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

    bool
    HoldsBack() const override
    {
        return true;
    }

  private:
    const Oracle& m_oracle;
    Champion m_best;
};

CentralQueuePolicy::CentralQueuePolicy(const Oracle& oracle)
    : m_oracle(oracle)
{
}

std::optional<AgentIndex>
CentralQueuePolicy::Pick(const StatusTable& table, Instant, RandomStream& random)
{
    m_best.Restart();
    for (const auto agent : table.Candidates())
    {
        const double cores = table.Get(agent).report.cores.value_or(1);
        const double present = m_oracle.Present(agent);
        if (present < cores)
        {
            m_best.Offer(agent, present / cores);
        }
    }
    return m_best.Draw(random);
}

std::unique_ptr<Policy>
Make(const PolicyParts& parts)
{
    return std::make_unique<CentralQueuePolicy>(*parts.oracle);
}

} // namespace

namespace policies
{

PolicyRow
CentralQueueRow()
{
    return {"central-queue",
            'G',
            "bound: requests wait until a core is free (only in simulation)",
            "none",
            Ageing::NONE,
            {},
            Make,
            true};
}

} // namespace policies

} // namespace sonda
