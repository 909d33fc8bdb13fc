#ifndef SONDA_MODEL_NS3_AGENT_APPLICATION_H
#define SONDA_MODEL_NS3_AGENT_APPLICATION_H

#include "model/ns3/agent-driver.h"

#include "ns3/address.h"
#include "ns3/application.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"
#include "ns3/traced-callback.h"

#include <functional>
#include <optional>
#include <string>

namespace sonda::sim
{

/**
 * \ingroup sonda
 * The agent (model/control/agent.h) as an ns-3 application: answers probe requests over UDP with
 * the load figures of a server.
 *
 * Attributes: Id, Address, Port (where its server accepts TCP), ProbePort, Window, BaseForm, Loss.
 * Trace sources: Request, Response (notices too), Refusal.
 */
class AgentApplication : public ns3::Application
{
  public:
    using LoadFigures = std::function<Report()>;

    static ns3::TypeId GetTypeId();

    /** \param figures yields the load figures at the moment of the call */
    void SetLoadFigures(LoadFigures figures);

    /** While silent it answers nothing, as a crashed agent. */
    void SetSilent(bool silent);

    /** The server's connections fell: see AgentDriver::OnFall(). */
    void OnFall(std::uint32_t before, std::uint32_t after);

    /** \return AGENT_STREAMS, the number of streams used. */
    std::int64_t AssignStreams(std::int64_t stream);

    /** \return what the attributes and AssignStreams() say, also for an agent without a LAN. */
    AgentSetup GetSetup() const;

    /** \return the agent's own counters; the application must have started. */
    const Agent& GetAgent() const;

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;
    void OnReadable(ns3::Ptr<ns3::Socket> socket);
    void Send(const Reply& reply);
    void Refuse(const Refusal& refusal);

    std::string m_id;
    ns3::Ipv4Address m_address;
    std::uint16_t m_port{80};
    std::uint16_t m_probePort{8888};
    ns3::Time m_window;
    bool m_baseForm{false};
    double m_loss{0};
    bool m_silent{false};
    LoadFigures m_figures;
    std::int64_t m_stream{AUTOMATIC_STREAMS};

    std::optional<AgentDriver> m_driver;
    ns3::Ptr<ns3::Socket> m_socket;
    std::string m_buffer;

    /** A request was accepted: its sender. */
    ns3::TracedCallback<ns3::Address> m_requestTrace;
    /** A response left: its text. */
    ns3::TracedCallback<const std::string&> m_responseTrace;
    /** A datagram was refused: the reason's name. */
    ns3::TracedCallback<std::string> m_refusalTrace;
};

} // namespace sonda::sim

#endif
