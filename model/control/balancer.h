#ifndef SONDA_MODEL_CONTROL_BALANCER_H
#define SONDA_MODEL_CONTROL_BALANCER_H

#include "model/selection/policy.h"
#include "model/table/status-table.h"

#include <memory>
#include <optional>
#include <utility>

namespace sonda
{

/**
 * The decision: table, formula and policy behind one door, for one proxy.
 *
 * Every dispatch must be followed by exactly one Ended(). Not
 * thread-safe; a pick costs well under a microsecond, so that a mutex around it is enough.
 */
class Balancer
{
  public:
    /** \param timing for policies under which agents expire; see Policy::Expires() */
    Balancer(Formula formula, std::unique_ptr<Policy> policy, TableTiming timing);
    Balancer(const Balancer&) = delete;
    Balancer& operator=(const Balancer&) = delete;

    /** Takes in what a probe response says; see StatusTable::Update(). */
    Expected<AgentIndex, Refusal> Update(const Observation& observation, Instant now);

    /** See StatusTable::SetObserver(). */
    void SetObserver(StatusTable::Observer observer);

    /** See StatusTable::SetNoticeObserver(). */
    void
    SetNoticeObserver(StatusTable::NoticeObserver observer)
    {
        m_table.SetNoticeObserver(std::move(observer));
    }

    /**
     * Picks by another formula and policy from now on. The new policy's hooks are called for every
     * report and every connection in flight, as if it had seen them come.
     */
    void Replace(Formula formula, std::unique_ptr<Policy> policy, Instant now);

    /** See StatusTable::SetTiming(). */
    void SetTiming(TableTiming timing, Instant now);

    /** See StatusTable::SetRules(). */
    void SetRules(TableRules rules, Instant now);

    /** Ages the agents. Call at NextExpiry(); Dispatch() does it too. */
    void Advance(Instant now);

    /**
     * Picks an agent and counts the connection as in flight there.
     * \return nothing when there is no candidate, or when the policy holds the connection back
     */
    std::optional<AgentIndex> Dispatch(Instant now, RandomStream& random);

    /** \return whether who was not dispatched waits although there are candidates: see
     * Policy::HoldsBack(). */
    bool
    HoldsBack() const
    {
        return m_policy->HoldsBack() && !m_table.Candidates().empty();
    }

    /** The connection stands. */
    void Connected(AgentIndex agent);

    /** A dispatch has ended, in whatever way. */
    void Ended(AgentIndex agent, const Ending& ending, Instant now);

    /** Whom to probe now beside the monitor's rounds; see Policy::WantedProbes(). */
    void WantedProbes(Instant now, RandomStream& random, std::vector<AgentIndex>& to);

    /** See StatusTable::SetDrained(). */
    void SetDrained(AgentIndex agent, bool drained, Instant now);

    /** See StatusTable::SetBarred(). */
    void SetBarred(AgentIndex agent, bool barred, Instant now);

    /** \param trace says after each Dispatch() whom the policy looked at; null: it is not asked */
    void SetTrace(ScoreTrace* trace);

    const StatusTable&
    Table() const
    {
        return m_table;
    }

    const Policy&
    GetPolicy() const
    {
        return *m_policy;
    }

  private:
    std::optional<AgentIndex> Pick(Instant now, RandomStream& random);
    std::optional<AgentIndex> PickSparing(Instant now, RandomStream& random);

    TableTiming m_timing; //!< as given; a policy may make the table's another one
    StatusTable m_table;
    std::unique_ptr<Policy> m_policy;
    StatusTable::Observer m_observer;
    std::vector<AgentIndex> m_heldBack; //!< within a pick; kept for its memory
    ScoreTrace* m_trace{nullptr};
};

} // namespace sonda

#endif
