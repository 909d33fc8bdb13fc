#include "model/ns3/health-checks.h"

#include "model/ns3/adapters.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace sonda::sim
{

HealthChecks::HealthChecks(ProxyApplication& proxy, ns3::Time interval)
    : m_proxy(proxy),
      m_interval(interval)
{
}

void
HealthChecks::Add(Server server)
{
    m_servers.push_back(std::move(server));
    const Server& added = m_servers.back();
    ns3::Simulator::ScheduleNow([this, &added]() { Begin(added); });
}

void
HealthChecks::Begin(const Server& server)
{
    const ns3::Time began = ns3::Simulator::Now();
    ns3::Simulator::Schedule(server.delay, [this, &server, began]() { Arrive(server, began); });
}

void
HealthChecks::Arrive(const Server& server, ns3::Time began)
{
    const bool isReady = server.accepts();
    ns3::Simulator::Schedule(server.delay,
                             [this, &server, began, isReady]() { Report(server, began, isReady); });
}

void
HealthChecks::Report(const Server& server, ns3::Time began, bool isReady)
{
    Observation observation;
    observation.id = server.id;
    observation.server = server.at;
    observation.report.ram = std::numeric_limits<double>::quiet_NaN();
    observation.report.cpu = std::numeric_limits<double>::quiet_NaN();
    observation.report.weight = server.weight;
    observation.report.state = isReady ? ServerState::READY : ServerState::DOWN;
    observation.elapsed = ToDuration(ns3::Simulator::Now() - began);
    observation.holdKnown = true;
    observation.origin = Origin::STATIC;
    // A table that is full refuses it; the next check may find a place.
    m_proxy.GetBalancer().Update(observation, Now());
    const ns3::Time next = began + m_interval - ns3::Simulator::Now();
    ns3::Simulator::Schedule(std::max(next, ns3::Time(0)), [this, &server]() { Begin(server); });
}

} // namespace sonda::sim
