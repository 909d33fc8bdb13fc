#include "realnet/balancer/shared-balancer.h"
#include "realnet/common/clock.h"

#include <nlohmann/json.hpp>

/** The part of SharedBalancer that the control thread uses: reports, guards, the operator, events.
 */
namespace sonda
{

namespace
{

/** Agents in the line of JSON with all counters. */
constexpr std::size_t MOST_IN_A_LINE = 1000;

} // namespace

void
SharedBalancer::SetGuard(EndpointGuard guard)
{
    const std::lock_guard lock(m_mutex);
    const Instant now = Now();
    m_guard = std::move(guard);
    m_own.clear();
    const StatusTable& table = m_balancer.Table();
    for (const AgentIndex agent : table.All())
    {
        m_balancer.SetBarred(agent, GuardObjection(table.Get(agent).server).has_value(), now);
    }
}

std::optional<std::string>
SharedBalancer::GuardObjection(const Endpoint& server) const
{
    if (m_own.count({server.address, server.port}) > 0)
    {
        return "a connection to it came back to this process";
    }
    return m_guard ? m_guard(server) : std::nullopt;
}

Expected<AgentIndex, Refusal>
SharedBalancer::Update(const Observation& observation)
{
    std::optional<Expected<AgentIndex, Refusal>> agent;
    WakeAfter(
        [&]
        {
            agent.emplace(UpdateLocked(observation));
            return m_lines.FirstBut(WaitingLines::NO_LINE);
        });
    return std::move(*agent);
}

Expected<AgentIndex, Refusal>
SharedBalancer::UpdateLocked(const Observation& observation)
{
    const Instant now = Now();
    if (auto refusal = OwnAddressObjection(observation))
    {
        return std::move(*refusal);
    }
    const StatusTable& table = m_balancer.Table();
    const auto known = table.Find(observation.id);
    const auto before = known ? table.Get(*known).report.state : ServerState::READY;
    auto agent = m_balancer.Update(observation, now);
    if (agent)
    {
        const AgentStatus& status = table.Get(*agent);
        const ServerState state = status.report.state;
        if (state != before)
        {
            AgentEvent event = MakeEvent(*agent);
            event.state = state;
            m_events.push_back(std::move(event));
        }
        if (!known && m_drained.count(observation.id) > 0)
        {
            m_balancer.SetDrained(*agent, true, now);
        }
        Tell([&](BalancerWitness& w) { w.OnReported(m_balancer, *agent, observation, now); });
    }
    return agent;
}

std::optional<Refusal>
SharedBalancer::OwnAddressObjection(const Observation& observation) const
{
    // The guard may ask the kernel: not again with every report of thousands of agents.
    const AgentStatus* const holder = m_balancer.Table().HolderOf(observation.server);
    if (holder != nullptr && !holder->barred)
    {
        return std::nullopt;
    }
    if (const auto objection = GuardObjection(observation.server))
    {
        return Refusal{RefusalReason::OWN_ADDRESS,
                       ToString(observation.server) + ": " + *objection};
    }
    return std::nullopt;
}

std::optional<Refusal>
SharedBalancer::ObjectionTo(const Observation& observation)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.Advance(Now());
    auto refusal = OwnAddressObjection(observation);
    return refusal ? refusal : m_balancer.Table().ObjectionTo(observation);
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

bool
SharedBalancer::SetDrained(const std::string& id, bool drained)
{
    std::unique_lock lock(m_mutex);
    const auto agent = m_balancer.Table().Find(id);
    if (agent)
    {
        m_balancer.SetDrained(*agent, drained, Now());
    }
    if (!drained)
    {
        const bool isKnown = m_drained.erase(id) > 0 || agent;
        lock.unlock();
        WakeFirst();
        return isKnown;
    }
    if (agent)
    {
        m_drained.insert(id);
    }
    return agent.has_value();
}

std::vector<std::string>
SharedBalancer::Drained() const
{
    const std::lock_guard lock(m_mutex);
    return {m_drained.begin(), m_drained.end()};
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
        if (result.size() == MOST_IN_A_LINE)
        {
            break;
        }
        const AgentStatus& status = table.Get(agent);
        result.push_back({{"id", status.id},
                          {"server", ToString(status.server)},
                          {"freshness", ToString(status.freshness)},
                          {"state", ToString(status.report.state)},
                          {"resting", ToString(status.restReason)},
                          {"resting_reports", status.restingReports},
                          {"reports", status.reports},
                          {"rtt_us", ToSeconds(status.rtt.Smoothed()) * 1e6},
                          {"in_flight", status.inFlight},
                          {"dispatches", status.dispatches},
                          {"completions", status.completions},
                          {"failures", status.failures},
                          {"connect_failures", status.connectFailures},
                          {"abandoned", status.abandoned},
                          {"ended_empty", status.endedEmpty}});
    }
    return result;
}

} // namespace sonda
