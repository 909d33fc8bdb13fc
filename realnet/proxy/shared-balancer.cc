#include "realnet/proxy/shared-balancer.h"

#include "realnet/common/clock.h"

#include <nlohmann/json.hpp>

namespace sonda
{

SharedBalancer::SharedBalancer(Formula formula,
                               std::unique_ptr<Policy> policy,
                               TableTiming timing,
                               std::uint64_t seed)
    : m_balancer(std::move(formula), std::move(policy), timing),
      m_random(seed)
{
    m_balancer.SetObserver(
        [this](const Transition& transition)
        {
            const AgentStatus& status = m_balancer.Table().Get(transition.agent);
            m_events.push_back({status.id, status.server, transition.from, transition.to});
        });
}

std::optional<Target>
SharedBalancer::Dispatch()
{
    const std::lock_guard lock(m_mutex);
    const auto agent = m_balancer.Dispatch(Now(), m_random);
    if (!agent)
    {
        return std::nullopt;
    }
    return Target{*agent, SocketAddress(m_balancer.Table().Get(*agent).server)};
}

std::string
SharedBalancer::IdOf(AgentIndex agent) const
{
    const std::lock_guard lock(m_mutex);
    return m_balancer.Table().Get(agent).id;
}

void
SharedBalancer::Connected(AgentIndex agent)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.Connected(agent);
}

void
SharedBalancer::ConnectFailed(AgentIndex agent)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.ConnectFailed(agent, Now());
}

void
SharedBalancer::Abandon(AgentIndex agent)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.Abandon(agent, Now());
}

void
SharedBalancer::Complete(AgentIndex agent, Instant dispatched, bool good)
{
    const std::lock_guard lock(m_mutex);
    const Instant now = Now();
    m_balancer.Complete(agent, now - dispatched, good, now);
}

void
SharedBalancer::Replace(Formula formula, std::unique_ptr<Policy> policy)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.Replace(std::move(formula), std::move(policy), Now());
}

void
SharedBalancer::SetTiming(TableTiming timing)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.SetTiming(timing, Now());
}

void
SharedBalancer::SetRules(TableRules rules)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.SetRules(rules, Now());
}

void
SharedBalancer::EarlyReset(AgentIndex agent)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.EarlyReset(agent, Now());
}

Expected<AgentIndex, Refusal>
SharedBalancer::Update(const Observation& observation)
{
    const std::lock_guard lock(m_mutex);
    const StatusTable& table = m_balancer.Table();
    const auto known = table.Find(observation.id);
    const auto before = known ? table.Get(*known).report.state : ServerState::READY;
    auto agent = m_balancer.Update(observation, Now());
    if (agent)
    {
        const AgentStatus& status = table.Get(*agent);
        const ServerState state = status.report.state;
        if (state != before)
        {
            m_events.push_back(
                {status.id, status.server, status.freshness, status.freshness, state});
        }
    }
    return agent;
}

void
SharedBalancer::Advance()
{
    const std::lock_guard lock(m_mutex);
    m_balancer.Advance(Now());
}

std::optional<Instant>
SharedBalancer::NextExpiry() const
{
    const std::lock_guard lock(m_mutex);
    return m_balancer.Table().NextExpiry();
}

std::vector<AgentEvent>
SharedBalancer::TakeEvents()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_events, {});
}

nlohmann::ordered_json
SharedBalancer::AgentsToJson() const
{
    const std::lock_guard lock(m_mutex);
    auto result = nlohmann::ordered_json::array();
    const StatusTable& table = m_balancer.Table();
    for (const AgentIndex agent : table.All())
    {
        const AgentStatus& status = table.Get(agent);
        result.push_back({{"id", status.id},
                          {"server", ToString(status.server)},
                          {"freshness", ToString(status.freshness)},
                          {"state", ToString(status.report.state)},
                          {"reports", status.reports},
                          {"rtt_us", ToSeconds(status.rtt.Smoothed()) * 1e6},
                          {"in_flight", status.inFlight},
                          {"dispatches", status.dispatches},
                          {"completions", status.completions},
                          {"failures", status.failures},
                          {"connect_failures", status.connectFailures},
                          {"abandoned", status.abandoned}});
    }
    return result;
}

} // namespace sonda
