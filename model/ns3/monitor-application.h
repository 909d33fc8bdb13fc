#ifndef SONDA_MODEL_NS3_MONITOR_APPLICATION_H
#define SONDA_MODEL_NS3_MONITOR_APPLICATION_H

#include "model/control/monitor.h"
#include "model/ns3/adapters.h"
#include "model/ns3/proxy-application.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
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
 * Attributes: Proxy, Interval, Window, Group, ProbePort, BaseForm, AcceptBase.
 * Trace sources: Request, Response, Refusal.
 */
class MonitorApplication : public ns3::Application
{
  public:
    static ns3::TypeId GetTypeId();

    /** \return 1, the number of streams used: the nonces'. */
    std::int64_t AssignStreams(std::int64_t stream);

    /** \return the monitor's own counters; the application must have started. */
    const Monitor& GetMonitor() const;

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;
    void Probe();
    void OnReadable(ns3::Ptr<ns3::Socket> socket);
    void Refuse(const Refusal& refusal);

    ns3::Ptr<ProxyApplication> m_proxy;
    ns3::Time m_interval;
    ns3::Time m_window;
    ns3::Ipv4Address m_group;
    std::uint16_t m_probePort{8888};
    bool m_baseForm{false};
    bool m_acceptBase{true};
    StreamAdapter m_random;

    std::optional<Monitor> m_monitor;
    ns3::Ptr<ns3::Socket> m_socket;
    ns3::EventId m_next;
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
