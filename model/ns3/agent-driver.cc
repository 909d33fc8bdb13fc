#include "model/ns3/agent-driver.h"

#include "model/protocol/codec.h"

#include "ns3/simulator.h"

#include <optional>
#include <utility>

namespace sonda::sim
{

AgentDriver::AgentDriver(const AgentSetup& setup, AgentPorts ports)
    : m_agent(setup.options, std::nullopt),
      m_loss(setup.loss),
      m_ports(std::move(ports))
{
    if (setup.stream != AUTOMATIC_STREAMS)
    {
        m_waits.AssignStreams(setup.stream);
        m_losses.AssignStreams(setup.stream + 1);
        m_notices.AssignStreams(setup.stream + 2);
    }
}

bool
AgentDriver::OnDatagram(const std::string& datagram, const std::string& address, std::uint16_t port)
{
    return OnRequest(DecodeRequest(datagram), address, port);
}

bool
AgentDriver::OnRequest(const Expected<ProbeRequest, Refusal>& request,
                       const std::string& address,
                       std::uint16_t port)
{
    const bool lost = m_loss > 0 && m_losses.Uniform() < m_loss;
    if (m_silent || lost)
    {
        return false;
    }
    // Also for requests that are refused: a look at a server moves its clock on, and whether that
    // happens in one step or two decides the last bits of its results.
    const Report report = m_ports.figures();
    const auto figures = [&report] { return report; };
    const auto refusal = m_agent.OnRequest(request, address, port, Now(), figures, m_waits);
    if (refusal)
    {
        if (m_ports.refused)
        {
            m_ports.refused(*refusal);
        }
        return false;
    }
    ScheduleReply();
    return true;
}

void
AgentDriver::OnFall(std::uint32_t before, std::uint32_t after)
{
    if (m_silent)
    {
        return;
    }
    if (const auto notice = m_agent.Notify(before, after, Now(), m_ports.figures(), m_notices))
    {
        m_ports.send(*notice);
    }
}

void
AgentDriver::ScheduleReply()
{
    const auto due = m_agent.NextReply();
    // Without a wait the answer leaves in the same event.
    if (due && *due <= Now())
    {
        SendDue();
        return;
    }
    m_reply.Cancel();
    if (due)
    {
        m_reply = ns3::Simulator::Schedule(DelayUntil(*due), &AgentDriver::SendDue, this);
    }
}

void
AgentDriver::SendDue()
{
    while (const auto reply = m_agent.TakeReply(Now()))
    {
        if (!m_silent)
        {
            m_ports.send(*reply);
        }
    }
    ScheduleReply();
}

void
AgentDriver::Stop()
{
    m_reply.Cancel();
}

} // namespace sonda::sim
