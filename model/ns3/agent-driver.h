#ifndef SONDA_MODEL_NS3_AGENT_DRIVER_H
#define SONDA_MODEL_NS3_AGENT_DRIVER_H

#include "model/control/agent.h"
#include "model/ns3/adapters.h"

#include "ns3/event-id.h"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace sonda::sim
{

/**
 * What a simulated agent is, whole: there is no other way to make one, so that no part of it can be
 * forgotten.
 */
struct AgentSetup
{
    AgentSetup(AgentOptions how, double lost, std::int64_t first)
        : options(std::move(how)),
          loss(lost),
          stream(first)
    {
    }

    AgentOptions options;
    double loss;         //!< probability with which a datagram that arrives is lost, each by itself
    std::int64_t stream; //!< the first of AGENT_STREAMS, or AUTOMATIC_STREAMS
};

/** Streams that an agent uses: waits, loss, whom to notify. */
constexpr std::int64_t AGENT_STREAMS = 3;

/** Where an agent's figures come from, how its datagrams travel, and who hears of what it does. */
struct AgentPorts
{
    std::function<Report()> figures; //!< the load figures at the moment of the call
    std::function<void(const Reply& reply)> send;
    std::function<void(const Refusal& refusal)> refused; //!< may be empty
};

/**
 * An agent (model/control/agent.h) in simulated time: answers what arrives when the wait is over,
 * and tells monitors that asked for it that its server's connections fell.
 */
class AgentDriver
{
  public:
    AgentDriver(const AgentSetup& setup, AgentPorts ports);
    AgentDriver(const AgentDriver&) = delete;
    AgentDriver& operator=(const AgentDriver&) = delete;

    /** While silent it answers nothing, as a crashed agent. */
    void
    SetSilent(bool silent)
    {
        m_silent = silent;
    }

    /**
     * A datagram has arrived.
     * \param address of its sender, a dotted quad \param port of its sender
     * \return whether it will be answered
     */
    bool OnDatagram(const std::string& datagram, const std::string& address, std::uint16_t port);

    /** The same for a request that was decoded already: it may reach many agents. */
    bool OnRequest(const Expected<ProbeRequest, Refusal>& request,
                   const std::string& address,
                   std::uint16_t port);

    /** The server's connections fell. \param before how many they were \param after how many are
     * left
     */
    void OnFall(std::uint32_t before, std::uint32_t after);

    void Stop();

    const Agent&
    GetAgent() const
    {
        return m_agent;
    }

  private:
    void SendDue();
    void ScheduleReply();

    Agent m_agent;
    double m_loss;
    AgentPorts m_ports;
    bool m_silent{false};
    StreamAdapter m_waits;
    StreamAdapter m_losses;
    StreamAdapter m_notices;
    ns3::EventId m_reply;
};

} // namespace sonda::sim

#endif
