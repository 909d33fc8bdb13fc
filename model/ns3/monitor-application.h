#ifndef SONDA_MODEL_NS3_MONITOR_APPLICATION_H
#define SONDA_MODEL_NS3_MONITOR_APPLICATION_H

#include "model/ns3/monitor-driver.h"

#include "ns3/application.h"
#include "ns3/ipv4-address.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"
#include "ns3/traced-callback.h"

#include <optional>
#include <string>

namespace sonda::sim
{

/**
 * \ingroup sonda
 * The monitor (model/control/monitor.h) as an ns-3 application: multicasts probe requests and gives
 * what the responses say to a proxy's balancer.
 *
 * Attributes: Proxy, Interval, Window, Slices, Lead, Group, ProbePort, BaseForm, AcceptBase, Loss.
 * Trace sources: Request, Response, Refusal.
 */
class MonitorApplication : public ns3::Application
{
  public:
    static ns3::TypeId GetTypeId();

    /** \return MONITOR_STREAMS, the number of streams used. */
    std::int64_t AssignStreams(std::int64_t stream);

    /** \return what the attributes and AssignStreams() say, also for a monitor without a LAN. */
    MonitorSetup GetSetup() const;

    /** \return the monitor's own counters; the application must have started. */
    const Monitor& GetMonitor() const;

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;
    void OnReadable(ns3::Ptr<ns3::Socket> socket);
    void OnDispatch(AgentIndex agent);
    MonitorPorts MakePorts();
    void Send(const std::string& datagram, ns3::Ipv4Address to);

    ns3::Ptr<ProxyApplication> m_proxy;
    ns3::Time m_interval;
    ns3::Time m_window;
    std::uint32_t m_slices{1};
    double m_lead{0};
    ns3::Ipv4Address m_group;
    std::uint16_t m_probePort{8888};
    bool m_baseForm{false};
    bool m_acceptBase{true};
    double m_loss{0};
    std::int64_t m_stream{AUTOMATIC_STREAMS};

    std::optional<MonitorDriver> m_driver;
    ns3::Ptr<ns3::Socket> m_socket;
    std::string m_buffer;

    /** A probe request left: its text. */
    ns3::TracedCallback<const std::string&> m_requestTrace;
    /** A probe response was accepted: what it says, with elapsed, hold and RTT. */
    ns3::TracedCallback<const Observation&> m_responseTrace;
    /** A datagram was refused: the reason's name. */
    ns3::TracedCallback<std::string> m_refusalTrace;
};

} // namespace sonda::sim

#endif
