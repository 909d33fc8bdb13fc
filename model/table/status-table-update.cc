#include "model/table/status-table.h"

/** What the table learns from reports, and whom it believes. */
namespace sonda
{

namespace
{

/** \return whether whoever speaks for a server now makes room for another one. */
bool
Yields(const AgentStatus& holder, const Observation& to)
{
    const bool isReady = holder.report.state == ServerState::READY;
    if (to.origin > holder.origin)
    {
        return true;
    }
    if (to.origin == holder.origin)
    {
        // An agent that starts anew with another identity need not wait for the old one to age, and
        // nobody elsewhere keeps out the one that answers from the server's own address.
        const bool isAtHome = to.source == to.server.address;
        const bool isHolderAtHome = holder.source == holder.server.address;
        return holder.freshness != Freshness::FRESH ||
               (!isReady && to.report.state == ServerState::READY) || (isAtHome && !isHolderAtHome);
    }
    // That somebody said goodbye is not to be undone by whoever only finds the port open.
    return holder.freshness == Freshness::DEAD && isReady;
}

/**
 * \return whether an agent is, as far as is known, where it last answered from: whoever bears its
 * name elsewhere is another one then. One that said that it is down there may have moved.
 */
bool
IsWhereItWas(const AgentStatus& agent)
{
    return agent.freshness == Freshness::FRESH && agent.report.state != ServerState::DOWN;
}

Refusal
ServerConflict(const AgentStatus& holder, const Observation& observation)
{
    return {RefusalReason::SERVER_CONFLICT,
            ToString(observation.server) + " is the server of " + holder.id + ", not of " +
                observation.id};
}

} // namespace

const AgentStatus*
StatusTable::HolderOf(const Endpoint& server) const
{
    const auto found = m_byServer.find(server);
    return found == m_byServer.end() ? nullptr : &*m_agents[found->second];
}

std::optional<Refusal>
StatusTable::ObjectionTo(const Observation& observation) const
{
    const AgentStatus* const holder = HolderOf(observation.server);
    const auto known = m_byId.find(observation.id);
    const AgentStatus* const own = known == m_byId.end() ? nullptr : &*m_agents[known->second];
    if (own != nullptr && own != holder && IsWhereItWas(*own))
    {
        return Refusal{RefusalReason::ID_CONFLICT,
                       observation.id + " is " + ToString(own->server) + ", not " +
                           ToString(observation.server)};
    }
    if (holder != nullptr)
    {
        const bool isSame = holder == own && observation.origin == holder->origin;
        // An entry with connections is still somebody's: two cannot become one then.
        const bool isBound = own != nullptr && own != holder && own->inFlight > 0;
        if (!isSame && (isBound || !Yields(*holder, observation)))
        {
            return ServerConflict(*holder, observation);
        }
    }
    else if (own == nullptr && m_rules.mostAgents > 0 && Size() >= m_rules.mostAgents)
    {
        return Refusal{RefusalReason::TABLE_FULL,
                       observation.id + " would be one more than " +
                           std::to_string(m_rules.mostAgents) + " agents"};
    }
    return std::nullopt;
}

Expected<AgentIndex, Refusal>
StatusTable::Update(const Observation& observation, Instant now)
{
    // What is overdue depends on the time alone, not on when somebody last looked.
    Advance(now);
    if (auto refusal = ObjectionTo(observation))
    {
        return std::move(*refusal);
    }
    const bool isNew = HolderOf(observation.server) == nullptr && !Find(observation.id);
    const AgentIndex agent = EntryFor(observation, now);
    AgentStatus& status = *m_agents[agent];
    // Held answers are overtaken by notices and by answers that were not held.
    const Instant takenAt = observation.TakenAt(now);
    if (isNew || takenAt >= status.takenAt)
    {
        status.report = observation.report;
        status.takenAt = takenAt;
        status.sent = 0;
        status.done = 0;
    }
    status.reportedAt = now;
    status.source = observation.source;
    status.overdue = false;
    ++status.reports;
    if (!observation.notice)
    {
        TakeAnswer(agent, observation);
    }
    const auto from = isNew ? std::nullopt : std::make_optional(status.freshness);
    Enter(agent, from, Freshness::FRESH, now);
    return agent;
}

/** \return the entry that the observation is for: a known one, one that it takes over, a new one.
 */
AgentIndex
StatusTable::EntryFor(const Observation& observation, Instant now)
{
    const auto own = Find(observation.id);
    const auto held = m_byServer.find(observation.server);
    if (held == m_byServer.end())
    {
        if (!own)
        {
            return Insert(observation, now);
        }
        Move(*own, observation.server, now);
        return *own;
    }
    const AgentIndex holder = held->second;
    if (own && *own != holder)
    {
        Remove(*own, now); // it moved to a server that is in the table
    }
    if (own != holder || m_agents[holder]->origin != observation.origin)
    {
        Replace(holder, observation);
    }
    return holder;
}

/** Another one speaks for the server; connections, counters and the operator's word stay. */
void
StatusTable::Replace(AgentIndex agent, const Observation& observation)
{
    AgentStatus& status = *m_agents[agent];
    const std::string before = status.id;
    m_byId.erase(before);
    m_byId.emplace(observation.id, agent);
    status.id = observation.id;
    status.origin = observation.origin;
    status.rtt = RttEstimate(); // of a probe, or of a connect
    status.takenAt = Instant::min();
    if (before != status.id)
    {
        Tell({TableNotice::Kind::REPLACED, agent, 0, 0, before});
    }
}

/** The way to its new place has another RTT, and nothing is known of the server there. */
void
StatusTable::Move(AgentIndex agent, const Endpoint& server, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    m_byServer.erase(status.server);
    m_byServer.emplace(server, agent);
    status.server = server;
    status.rtt = RttEstimate();
    status.takenAt = Instant::min();
    status.cold = true;
    if (status.fit)
    {
        BeginSlowStart(agent, now);
    }
}

void
StatusTable::TakeAnswer(AgentIndex agent, const Observation& observation)
{
    AgentStatus& status = *m_agents[agent];
    ++status.answers;
    status.elapsed = observation.elapsed;
    status.rtt.AddSample(observation.Rtt());
    if (status.restingReports > 0 && --status.restingReports == 0)
    {
        EndRest(agent);
    }
}

AgentIndex
StatusTable::Insert(const Observation& observation, Instant now)
{
    AgentIndex agent;
    if (m_free.empty())
    {
        agent = static_cast<AgentIndex>(m_agents.size());
        m_agents.emplace_back();
        m_expiryOf.emplace_back();
    }
    else
    {
        agent = m_free.back();
        m_free.pop_back();
    }
    AgentStatus& status = m_agents[agent].emplace();
    status.id = observation.id;
    status.server = observation.server;
    status.origin = observation.origin;
    status.firstSeen = now;
    status.dispatchedAt = now;
    m_byId.emplace(observation.id, agent);
    m_byServer.emplace(observation.server, agent);
    return agent;
}

} // namespace sonda
