#include "realnet/admin/admin-service.h"

#include "realnet/common/clock.h"
#include "realnet/proxy/proxy-configuration.h"

#include <algorithm>

namespace sonda
{

AdminService::AdminService(Parts parts, const SharedBalancer& balancer)
    : m_server(std::move(parts.server)),
      m_facts(std::move(parts.facts)),
      m_balancer(balancer),
      m_figures(*parts.figures),
      m_window(FromSeconds(m_facts->windowS))
{
}

void
AdminService::Start(asio::io_context& io, Ask ask)
{
    const Instant now = Now();
    m_timer.emplace(io);
    m_ask = std::move(ask);
    m_start = now;
    m_taker.emplace(m_balancer, m_figures, m_start);
    m_windowEnd = now + m_window;
    m_nextTick = now + PERIOD;
    Publish();
    m_server->Start();
    WaitForTick();
}

void
AdminService::OnReload(const ProxyConfiguration& next)
{
    m_server->SetToken(next.adminToken);
}

void
AdminService::OnDrain()
{
    Publish(); // /readyz tells at once
}

void
AdminService::Stop()
{
    m_timer.reset();
    m_server->Stop();
}

void
AdminService::WaitForTick()
{
    m_timer->expires_after(std::min(m_nextTick, m_windowEnd) - Now());
    m_timer->async_wait(
        [this](const asio::error_code& error)
        {
            if (!error)
            {
                Tick();
                WaitForTick();
            }
        });
}

void
AdminService::Tick()
{
    Publish();
    m_nextTick = std::max(m_nextTick + PERIOD, Now());
}

void
AdminService::Publish()
{
    auto snapshot = std::make_shared<AdminSnapshot>();
    snapshot->agents = m_taker->TakeAgents();
    m_taker->TakeTotals(*snapshot);
    const Instant now = Now();
    if (now >= m_windowEnd)
    {
        // After a pause of the process one long window says what is known; the grid stays.
        m_history.Close(snapshot->agents, ToSeconds(now - m_start));
        m_windowEnd += m_window * ((now - m_windowEnd) / m_window + 1);
    }
    snapshot->decisions = m_taker->TakeDecisions();
    snapshot->drained = m_balancer.Drained();
    snapshot->windows = m_history.Windows();
    snapshot->herding = m_history.Herding();
    ProxyState state = m_ask();
    snapshot->rule = m_taker->TakeRule(state.policy);
    snapshot->intervalS = ToSeconds(state.interval);
    snapshot->counters = std::move(state.counters);
    snapshot->open = state.open;
    snapshot->backlog = state.backlog;
    snapshot->draining = state.draining;
    snapshot->facts = m_facts;
    snapshot->sequence = ++m_sequence;
    snapshot->takenS = ToSeconds(now - m_start);
    m_server->Publish(std::move(snapshot));
}

} // namespace sonda
