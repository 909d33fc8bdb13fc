#ifndef SONDA_MODEL_NS3_SERVER_APPLICATION_H
#define SONDA_MODEL_NS3_SERVER_APPLICATION_H

#include "model/ns3/request.h"
#include "model/ns3/server-model.h"

#include "ns3/application.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <memory>
#include <unordered_map>

namespace sonda::sim
{

/**
 * \ingroup sonda
 * A TCP server with a ServerModel behind it: takes one request per connection, works on it as the
 * model says, answers and closes. It closes first, so that the proxy keeps no TIME_WAIT entries.
 *
 * Attribute: Port. Trace source: Fall. Set the server's figures with SetOptions() before the start.
 */
class ServerApplication : public ns3::Application
{
  public:
    static ns3::TypeId GetTypeId();

    /** What the server is; a default one without this. */
    void SetOptions(const ServerOptions& options);

    /** \return the model behind it, for load figures and background load. */
    ServerModel& GetModel();

    /** The server's process ends: connections are reset, new ones refused. */
    void Crash();

    /** New connections are refused; those that were accepted are served. */
    void StopListening();

    /** It starts again, or takes connections again. */
    void Recover();

  protected:
    void DoDispose() override;

  private:
    /** One connection: what came so far, and what is still to be sent. */
    struct Connection
    {
        ns3::Ptr<ns3::Socket> socket;
        bool submitted{false};
        std::uint32_t toSend{0};
    };

    void StartApplication() override;
    void StopApplication() override;
    void Listen();
    void CloseListener();
    void Drop(std::uint64_t tag);
    void OnAccept(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from);
    void OnReadable(ns3::Ptr<ns3::Socket> socket);
    void OnWritable(ns3::Ptr<ns3::Socket> socket, std::uint32_t available);
    void OnGone(ns3::Ptr<ns3::Socket> socket);
    void OnServed(std::uint64_t tag, bool good);
    void SendRest(std::uint64_t tag);

    std::uint16_t m_port{80};
    ServerOptions m_options;
    std::unique_ptr<ServerModel> m_model;
    ns3::Ptr<ns3::Socket> m_listener;
    std::uint64_t m_nextTag{0};
    std::unordered_map<std::uint64_t, Connection> m_connections;
    std::unordered_map<ns3::Socket*, std::uint64_t> m_tagOf;

    /** A request left the server: how many there were, how many are left. */
    ns3::TracedCallback<std::uint32_t, std::uint32_t> m_fallTrace;
};

} // namespace sonda::sim

#endif
