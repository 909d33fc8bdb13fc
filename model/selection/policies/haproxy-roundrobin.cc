#include "model/selection/attendance.h"
#include "model/selection/haproxy.h"
#include "model/selection/policy-row.h"
#include "model/table/per-agent.h"

#include <tuple>

namespace sonda
{

namespace
{

/**
 * HAProxy's `balance roundrobin` (2.6 and 3.0; src/lb_fwrr.c): turns by weight on a line of places
 * that is as long as the sum of the weights. A server that is picked gets its next place one step
 * further, a step being the sum over its weight; one whose next place is beyond the end waits for
 * the next line. Who has not been on the line yet fills its holes, the heaviest first. So of
 * weights 5, 1, 1 seven picks are a a a b a a c. A server that comes back begins a step behind the
 * present place. Cost of a pick: O(n).
 */
class RoundrobinPolicy : public Policy
{
  public:
    explicit RoundrobinPolicy(AgeRule rule)
        : m_view(rule)
    {
    }

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnRemoved(AgentIndex agent) override;

  private:
    /** Where a server waits. */
    enum class Queue
    {
        NONE,
        INIT, //!< it has not been on this line, by weight
        LINE, //!< by place
        NEXT, //!< its place is on the next line, by weight
    };

    struct Server
    {
        Queue queue{Queue::NONE};
        std::int64_t key{0};
        std::uint64_t since{0};    //!< order among equal keys
        std::int64_t weight{0};    //!< effective
        std::int64_t place{0};     //!< its next one; 0: it has had none
        std::int64_t remainder{0}; //!< what rounding its steps down has lost
    };

    void Come(AgentIndex agent, const StatusTable& table);
    void Leave(AgentIndex agent);
    void Reweigh(AgentIndex agent, const StatusTable& table);
    std::optional<AgentIndex> First(Queue queue);
    std::optional<AgentIndex> Next();
    void NewLine();
    void Advance(Server& server);
    void Enqueue(Server& server);
    void Enqueue(Server& server, Queue queue, std::int64_t key);

    View m_view;
    Attendance m_attendance;
    PerAgent<Server> m_servers;
    bool m_started{false};
    std::uint64_t m_clock{0};
    std::int64_t m_place{0};  //!< the present one
    std::int64_t m_length{0}; //!< of this line
    std::int64_t m_sum{0};    //!< of the weights, and so the length of the next line
};

std::optional<AgentIndex>
RoundrobinPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    m_view.Look(table, now);
    if (m_view.Candidates().empty())
    {
        return std::nullopt;
    }
    const bool changed = m_attendance.Look(
        m_view,
        [&](AgentIndex agent) { Leave(agent); },
        [&](AgentIndex agent) { Come(agent, table); });
    if (!m_started)
    {
        m_started = true;
        m_place = m_length = m_sum;
    }
    else if (changed)
    {
        for (const AgentIndex agent : m_view.Candidates())
        {
            Reweigh(agent, table);
        }
    }
    auto picked = Next();
    if (!picked)
    {
        NewLine();
        picked = Next();
    }
    Server& server = m_servers[*picked];
    if (server.queue == Queue::INIT)
    {
        server.place = server.remainder = 0;
    }
    Advance(server);
    ++m_place;
    Enqueue(server);
    return picked;
}

void
RoundrobinPolicy::Come(AgentIndex agent, const StatusTable& table)
{
    Server& server = m_servers[agent];
    server.weight = haproxy::EffectiveWeight(table.Get(agent).report.weight);
    m_sum += server.weight;
    if (!m_started)
    {
        Enqueue(server, Queue::INIT, -server.weight);
        return;
    }
    server.place = m_place + (m_sum + m_length - m_place) / server.weight;
    Enqueue(server);
}

void
RoundrobinPolicy::Leave(AgentIndex agent)
{
    Server& server = m_servers[agent];
    m_sum -= server.weight;
    server.queue = Queue::NONE;
}

void
RoundrobinPolicy::Reweigh(AgentIndex agent, const StatusTable& table)
{
    Server& server = m_servers[agent];
    const auto weight = haproxy::EffectiveWeight(table.Get(agent).report.weight);
    if (weight == server.weight)
    {
        return;
    }
    m_sum += weight - server.weight;
    server.weight = weight;
    if (server.queue == Queue::INIT)
    {
        Enqueue(server, Queue::INIT, -weight);
        return;
    }
    const std::int64_t before = server.place + (server.queue == Queue::NEXT ? m_length : 0);
    const std::int64_t step = m_sum / weight;
    server.remainder = 0;
    server.place = std::min(before, m_place + step);
    Enqueue(server);
}

std::optional<AgentIndex>
RoundrobinPolicy::First(Queue queue)
{
    std::optional<AgentIndex> first;
    for (const AgentIndex agent : m_view.Candidates())
    {
        const Server& server = m_servers[agent];
        if (server.queue == queue &&
            (!first || std::tie(server.key, server.since) <
                           std::tie(m_servers[*first].key, m_servers[*first].since)))
        {
            first = agent;
        }
    }
    return first;
}

std::optional<AgentIndex>
RoundrobinPolicy::Next()
{
    const auto onLine = First(Queue::LINE);
    if (onLine && m_servers[*onLine].place <= m_place)
    {
        return onLine;
    }
    const auto filler = First(Queue::INIT);
    return filler ? filler : onLine;
}

void
RoundrobinPolicy::NewLine()
{
    for (const AgentIndex agent : m_view.Candidates())
    {
        Server& server = m_servers[agent];
        server.queue = server.queue == Queue::NEXT ? Queue::INIT : server.queue;
    }
    m_length = m_sum;
    m_place = m_length;
}

void
RoundrobinPolicy::Advance(Server& server)
{
    server.place = (server.place == 0 ? m_place : server.place) + m_sum / server.weight;
    server.remainder += m_sum % server.weight;
    if (server.remainder >= server.weight)
    {
        server.remainder -= server.weight;
        ++server.place;
    }
}

void
RoundrobinPolicy::Enqueue(Server& server)
{
    if (server.place >= 2 * m_length || server.place >= m_length + m_sum)
    {
        server.place -= m_length;
        Enqueue(server, Queue::NEXT, -server.weight);
        return;
    }
    Enqueue(server,
            Queue::LINE,
            256 * server.place + (haproxy::MOST_EFFECTIVE + server.remainder - server.weight) /
                                     haproxy::WEIGHT_SCALE);
}

void
RoundrobinPolicy::Enqueue(Server& server, Queue queue, std::int64_t key)
{
    server.queue = queue;
    server.key = key;
    server.since = ++m_clock;
}

void
RoundrobinPolicy::OnRemoved(AgentIndex agent)
{
    if (m_servers[agent].queue != Queue::NONE)
    {
        Leave(agent);
    }
    m_attendance.Forget(agent);
    m_servers.Reset(agent);
}

} // namespace

namespace policies
{

PolicyRow
HaproxyRoundrobinRow()
{
    return {"haproxy-roundrobin",
            'H',
            "HAProxy, balance roundrobin: turns by weight, the heaviest first",
            "none",
            Ageing::CUT_OFF,
            {},
            MakePlain<RoundrobinPolicy>};
}

} // namespace policies

} // namespace sonda
