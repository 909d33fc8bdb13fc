#include "model/table/status-table.h"

#include "model/table/score-inputs.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace sonda
{

StatusTable::StatusTable(Formula formula, TableTiming timing)
    : m_formula(std::move(formula)),
      m_uses(UsesOf(m_formula)),
      m_timing(timing)
{
}

StatusTable::Uses
StatusTable::UsesOf(const Formula& formula)
{
    return Uses{formula.Uses(Variable::LATENCY_PEAK),
                formula.Uses(Variable::LATENCY_STEADY),
                formula.Uses(Variable::LATENCY_MEAN),
                formula.Uses(Variable::WAITING)};
}

void
StatusTable::SetObserver(Observer observer)
{
    m_observer = std::move(observer);
}

void
StatusTable::SetNoticeObserver(NoticeObserver observer)
{
    m_noticeObserver = std::move(observer);
}

void
StatusTable::Tell(TableNotice notice)
{
    if (m_noticeObserver)
    {
        m_noticeObserver(notice);
    }
}

void
StatusTable::Advance(Instant now)
{
    while (!m_expiries.empty() && m_expiries.begin()->first <= now)
    {
        const AgentIndex agent = m_expiries.begin()->second;
        const AgentStatus& status = *m_agents[agent];
        if (status.freshness == Freshness::FRESH)
        {
            Enter(agent, Freshness::FRESH, Freshness::STALE, now);
        }
        else if (status.freshness == Freshness::STALE)
        {
            Enter(agent, Freshness::STALE, Freshness::DEAD, now);
        }
        else if (IsKeptInPanic(status, now))
        {
            // The panic may end meanwhile.
            ScheduleExpiry(agent, std::min(now + m_timing.interval, PanicEndOf(status)));
        }
        else if (status.inFlight == 0)
        {
            Remove(agent, now);
        }
        else
        {
            // The end of its last connection sets a new time.
            m_agents[agent]->overdue = true;
            ScheduleExpiry(agent, std::nullopt);
            RefreshCandidate(agent, now);
        }
    }
    ForgetStarts(now);
}

Instant
StatusTable::PanicEndOf(const AgentStatus& status) const
{
    return status.reportedAt + FromSeconds(ToSeconds(m_timing.interval) * m_rules.panicIntervals);
}

bool
StatusTable::IsKeptInPanic(const AgentStatus& status, Instant now) const
{
    return m_panic && status.standing == Standing::LOST && now < PanicEndOf(status);
}

std::optional<Instant>
StatusTable::NextExpiry() const
{
    if (m_expiries.empty())
    {
        return std::nullopt;
    }
    return m_expiries.begin()->first;
}

std::optional<Instant>
StatusTable::ExpiryOf(const AgentStatus& status) const
{
    const auto after = [&](double intervals)
    {
        return std::isinf(intervals)
                   ? std::nullopt
                   : std::make_optional(status.reportedAt +
                                        FromSeconds(ToSeconds(m_timing.interval) * intervals));
    };
    switch (status.freshness)
    {
    case Freshness::FRESH:
        return after(m_timing.staleAfter);
    case Freshness::STALE:
        return after(m_timing.deadAfter);
    case Freshness::DEAD:
        return after(m_timing.removedAfter);
    case Freshness::REMOVED:
        break;
    }
    return std::nullopt;
}

void
StatusTable::ScheduleExpiry(AgentIndex agent, std::optional<Instant> at)
{
    if (m_expiryOf[agent])
    {
        m_expiries.erase({*m_expiryOf[agent], agent});
    }
    m_expiryOf[agent] = at;
    if (at)
    {
        m_expiries.insert({*at, agent});
    }
}

void
StatusTable::Enter(AgentIndex agent, std::optional<Freshness> from, Freshness to, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    status.freshness = to;
    ScheduleExpiry(agent, ExpiryOf(status));
    if (to == Freshness::DEAD)
    {
        ++(HasLeft(status) ? m_counters.left : m_counters.lost);
    }
    RefreshCandidate(agent, now);
    if (from != to && m_observer)
    {
        m_observer(Transition{agent, from, to});
    }
}

void
StatusTable::Remove(AgentIndex agent, Instant now)
{
    m_clientRests.erase(agent);
    Enter(agent, m_agents[agent]->freshness, Freshness::REMOVED, now);
    m_byId.erase(m_agents[agent]->id);
    m_byServer.erase(m_agents[agent]->server);
    m_agents[agent].reset();
    m_free.push_back(agent);
}

void
StatusTable::SetDrained(AgentIndex agent, bool drained, Instant now)
{
    m_agents[agent]->drained = drained;
    RefreshCandidate(agent, now);
}

void
StatusTable::SetBarred(AgentIndex agent, bool barred, Instant now)
{
    m_agents[agent]->barred = barred;
    RefreshCandidate(agent, now);
}

const std::vector<AgentIndex>&
StatusTable::BestIndexed() const
{
    assert(IsIndexed());
    const auto& best = m_index.Best();
    if (m_trace != nullptr && !best.empty())
    {
        const double rank = m_index.BestRank();
        m_trace->NoteIndexed(best, m_formula.ScoreOfRank(rank), rank);
    }
    return best;
}

double
StatusTable::Score(AgentIndex agent, Instant now) const
{
    const AgentStatus& status = *m_agents[agent];
    const double score = m_formula.ScoreOf([&status, now](Variable variable)
                                           { return ValueOf(variable, status, now); });
    if (m_trace != nullptr)
    {
        m_trace->Note({agent, score, m_formula.Rank(score)});
    }
    return score;
}

std::optional<AgentIndex>
StatusTable::Find(const std::string& id) const
{
    const auto found = m_byId.find(id);
    if (found == m_byId.end())
    {
        return std::nullopt;
    }
    return found->second;
}

std::vector<AgentIndex>
StatusTable::All() const
{
    std::vector<AgentIndex> all;
    for (AgentIndex agent = 0; agent < m_agents.size(); ++agent)
    {
        if (m_agents[agent])
        {
            all.push_back(agent);
        }
    }
    return all;
}

} // namespace sonda
