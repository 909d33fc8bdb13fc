#include "model/ns3/adapters.h"
#include "model/ns3/proxy-application.h"

#include "ns3/abort.h"

/** The part of ProxyApplication that knows its rules. */
namespace sonda::sim
{

void
ProxyApplication::SetRules(const ProxyRules& rules)
{
    NS_ABORT_MSG_IF(m_balancer, "SetRules() after the balancer was made");
    m_rules = rules;
    m_connectTimeout = ToTime(rules.connection.connect);
}

ConnectionRules
ProxyApplication::RulesOfDispatcher() const
{
    ConnectionRules rules = m_rules.connection;
    // Without sockets nobody is silent: a server that is not there refuses.
    rules.connect = m_relayed ? ToDuration(m_connectTimeout) : NO_TIMEOUT;
    return rules;
}

void
ProxyApplication::ChangeRules(const ProxyRules& rules)
{
    GetBalancer();
    m_rules = rules;
    m_connectTimeout = ToTime(rules.connection.connect);
    m_isWaitingRoom = rules.connection.look != NO_TIMEOUT;
    m_balancer->SetRules(rules.table, Now());
    m_dispatcher->SetRules(RulesOfDispatcher(), Now());
    m_dispatcher->OnFree();
    GoOn(Now());
}

void
ProxyApplication::Drain()
{
    m_drains = true;
    StopApplication(); // who connects is refused
}

} // namespace sonda::sim
