#include "model/table/status-table.h"

#include <algorithm>

/** Which agents may be picked. */
namespace sonda
{

namespace
{

/**
 * So many probes, over an interval at least, are answered by whoever belongs here. Requests of two
 * intervals may be answered at once.
 */
constexpr std::uint32_t PROVEN_ANSWERS = 3;

} // namespace

void
StatusTable::SetRules(TableRules rules, Instant now)
{
    const Duration before = std::max(m_rules.slowStart, m_rules.probation);
    const Duration after = std::max(rules.slowStart, rules.probation);
    m_rules = rules;
    m_starts.clear();
    for (const AgentIndex agent : All())
    {
        Instant& fitSince = m_agents[agent]->fitSince;
        if (now - fitSince >= before)
        {
            fitSince = std::min(fitSince, now - after); // what is over does not begin anew
        }
        RefreshCandidate(agent, now);
        const AgentStatus& status = *m_agents[agent];
        if (status.fit && now - status.fitSince < m_rules.slowStart)
        {
            m_starts.emplace(status.fitSince, agent);
        }
    }
}

void
StatusTable::RefreshCandidate(AgentIndex agent, Instant now)
{
    CountStanding(*m_agents[agent]);
    CountPanic(now);
    PlaceCandidate(agent, now);
}

void
StatusTable::CountPanic(Instant now)
{
    const bool panic = m_lost > 0 && static_cast<double>(m_live) <
                                         m_rules.panicBelow * static_cast<double>(m_live + m_lost);
    if (panic == m_panic)
    {
        return;
    }
    m_panic = panic;
    m_counters.panics += panic ? 1 : 0;
    for (const AgentIndex other : All())
    {
        AgentStatus& status = *m_agents[other];
        if (!panic && status.standing == Standing::LOST && status.fit)
        {
            status.servedUntil = now; // in the panic, up to this moment
        }
        PlaceCandidate(other, now);
    }
    Tell({panic ? TableNotice::Kind::PANIC : TableNotice::Kind::CALM, 0, m_live, m_lost});
}

/** Keeps m_live and m_lost, by which panic is told. */
void
StatusTable::CountStanding(AgentStatus& status)
{
    const auto count = [this](Standing standing) -> std::size_t* {
        return standing == Standing::LIVE   ? &m_live
               : standing == Standing::LOST ? &m_lost
                                            : nullptr;
    };
    const bool isReady = !HasLeft(status);
    // Whoever passed by once is no loss: one burst of strangers must not be kept by a panic.
    const bool isProven =
        status.served || (status.answers >= PROVEN_ANSWERS &&
                          status.reportedAt - status.firstSeen >= m_timing.interval);
    Standing now = Standing::OUT;
    if (isReady && status.freshness < Freshness::DEAD)
    {
        now = Standing::LIVE;
    }
    else if (isReady && isProven && status.freshness == Freshness::DEAD && !status.overdue &&
             status.restReason != RestReason::CONNECT)
    {
        now = Standing::LOST;
    }
    if (std::size_t* const before = count(status.standing))
    {
        --*before;
    }
    if (std::size_t* const after = count(now))
    {
        ++*after;
    }
    status.standing = now;
    status.cold = status.cold || !isReady;
}

void
StatusTable::PlaceCandidate(AgentIndex agent, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    const bool isThere =
        status.standing == Standing::LIVE || (status.standing == Standing::LOST && m_panic);
    const bool isFull = m_rules.mostInFlight > 0 && status.inFlight >= m_rules.mostInFlight;
    if (status.isCandidate && !status.fit)
    {
        status.servedUntil = now; // on the floor, up to this moment
    }
    NoteFit(agent, isThere && status.restingReports == 0, now);
    NoteAble(status, status.fit && !isFull, now);
    const bool isOnFloor = m_able == 0 && isThere && !isFull && m_clientRests.count(agent) > 0;
    SetCandidate(agent, (status.able || isOnFloor) && !status.heldBack, now);
    CountFull();
}

void
StatusTable::NoteFit(AgentIndex agent, bool fit, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    CountWeight(status, fit ? status.report.weight : 0);
    if (fit == status.fit)
    {
        return;
    }
    if (fit)
    {
        BeginSlowStart(agent, now);
        ++m_fit;
    }
    else
    {
        EndSlowStart(agent);
        --m_fit;
    }
    status.fit = fit;
}

/** Keeps m_fitWeight. */
void
StatusTable::CountWeight(AgentStatus& status, double weight)
{
    if (weight != status.fitWeight)
    {
        m_fitWeight += weight - status.fitWeight;
        status.fitWeight = weight;
    }
}

/** Who rests for what a client can cause is picked as long as nobody else can be. */
void
StatusTable::NoteAble(AgentStatus& status, bool able, Instant now)
{
    const bool wasNobodyAble = m_able == 0;
    m_able += (able ? 1 : 0) - (status.able ? 1 : 0);
    status.able = able;
    if (wasNobodyAble != (m_able == 0))
    {
        for (const AgentIndex other : m_clientRests)
        {
            PlaceCandidate(other, now);
        }
    }
}

void
StatusTable::CountFull()
{
    bool isFull = m_rules.mostInFlight > 0 && m_able == 0 && m_candidates.empty();
    if (isFull && m_fit == 0)
    {
        // All that could serve rest for what a client may have caused, and have no place either.
        isFull = std::any_of(m_clientRests.begin(),
                             m_clientRests.end(),
                             [this](AgentIndex agent)
                             {
                                 const AgentStatus& status = *m_agents[agent];
                                 return status.standing == Standing::LIVE &&
                                        status.inFlight >= m_rules.mostInFlight;
                             });
    }
    m_counters.timesFull += isFull && !m_isFull ? 1 : 0;
    m_isFull = isFull;
}

void
StatusTable::SetCandidate(AgentIndex agent, bool candidate, Instant now)
{
    ++m_version;
    bool& isCandidate = m_agents[agent]->isCandidate;
    if (candidate != isCandidate)
    {
        const auto at = std::lower_bound(m_candidates.begin(), m_candidates.end(), agent);
        candidate ? m_candidates.insert(at, agent) : m_candidates.erase(at);
        isCandidate = candidate;
    }
    if (!IsIndexed())
    {
        return;
    }
    if (candidate)
    {
        m_index.Put(agent, m_formula.Rank(Score(agent, now)));
    }
    else
    {
        m_index.Erase(agent);
    }
}

void
StatusTable::HoldBack(AgentIndex agent, bool held, Instant now)
{
    m_agents[agent]->heldBack = held;
    PlaceCandidate(agent, now);
}

} // namespace sonda
