#include "realnet/common/clock.h"
#include "realnet/common/service-manager.h"
#include "realnet/common/tcp-options.h"
#include "realnet/proxy/proxy.h"

/** The part of Proxy that goes over to a new configuration. */
namespace sonda
{

Problems
Proxy::Reload()
{
    NotifyReloading(Now());
    Problems problems = TryReload();
    NotifyManager(DescribeReload(problems));
    return problems;
}

Problems
Proxy::TryReload()
{
    auto next = Configure(m_line, {Inherited(), m_atStart});
    if (!next)
    {
        m_counters.reloadFailures.Add();
        LogRefusedReload(next.GetError());
        return next.GetError();
    }
    LogNeedRestart(m_atStart->table, next->reading->table);
    Apply(std::move(*next));
    m_counters.reloads.Add();
    spdlog::info("reloaded");
    return {};
}

void
Proxy::Apply(ProxyConfiguration next)
{
    const ProxyCommand& command = next.Command();
    const bool samePicks = next.formulaText == m_configuration.formulaText &&
                           command.policy == m_configuration.Command().policy;
    const MonitorOptions monitorOptions = MakeMonitorOptions(command, *next.policy);
    SetVerbose(command.verbose);
    m_balancer.SetTiming(MakeTableTiming(command));
    if (!samePicks)
    {
        // A policy that stays keeps what it has learnt.
        spdlog::info("formula {}; policy {}", Describe(next.formula), command.policy);
        m_balancer.Replace(std::move(next.formula), std::move(next.policy));
    }
    m_monitor.Reconfigure(monitorOptions, next.keyring);
    m_balancer.SetRules(command.rules);
    m_healthChecks.Configure(MakeHealthSettings(command));
    m_shared.mostConnections.store(next.budget.connections);
    for (const Listener& listener : m_listeners)
    {
        SetKeepAlive(listener.socket.Get(), command.keepAlive);
    }
    m_droppedByOldLogs += m_log ? m_log->Dropped() : 0;
    m_log = m_logCloser.Share(std::move(next.log));
    m_shared.settings.Set(MakeRelaySettings(command, m_log));
    m_workers.Reload();
    for (Companion* companion : m_companions)
    {
        companion->OnReload(next);
    }
    m_configuration = std::move(next);
}

} // namespace sonda
