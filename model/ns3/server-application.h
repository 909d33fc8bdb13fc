#ifndef SONDA_MODEL_NS3_SERVER_APPLICATION_H
#define SONDA_MODEL_NS3_SERVER_APPLICATION_H

#include "model/ns3/request.h"
#include "model/ns3/server-model.h"
#include "model/ns3/tcp-connection.h"

#include "ns3/application.h"
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
 * Until the work is done only the request's header is read: a connection that is dropped then has
 * unread bytes, upon which the stack resets it as a real one does. A request has more than its
 * header for that (REQUEST_HEADER_BYTES).
 *
 * Attribute: Port. Trace source: Fall. Set the server's figures with SetOptions() before the start.
 */
class ServerApplication : public ns3::Application, public TcpUser
{
  public:
    static ns3::TypeId GetTypeId();

    /** What the server is; a default one without this. */
    void SetOptions(const ServerOptions& options);

    /** \return the model behind it, for load figures and background load. */
    ServerModel& GetModel();

    /**
     * The server's process ends: connections are reset, new ones refused. One that has sent nothing
     * yet is reset when it does, as a real stack has nothing to reset before.
     */
    void Crash();

    /** New connections are refused; those that were accepted are served. */
    void StopListening();

    /** It starts again, or takes connections again. */
    void Recover();

  protected:
    void DoDispose() override;

  private:
    /** One connection, and what became of its request. */
    struct Connection
    {
        std::unique_ptr<TcpConnection> tcp;
        bool submitted{false};
        bool served{false};
        bool doomed{false};      //!< its server crashed before the request came
        std::uint32_t toSend{0}; //!< of the answer
    };

    void StartApplication() override;
    void StopApplication() override;
    void Listen();
    void CloseListener();
    void Drop(std::uint64_t tag);
    void OnAccept(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from);
    void OnReadable(TcpConnection& tcp) override;
    void OnWritable(TcpConnection& tcp) override;
    void OnEnd(TcpConnection& tcp) override;
    void OnFailed(TcpConnection& tcp, TcpFailure why) override;
    void OnEnded(std::uint64_t tag, RequestEnd how);
    void SendRest(std::uint64_t tag);

    std::uint16_t m_port{80};
    ServerOptions m_options;
    std::unique_ptr<ServerModel> m_model;
    ns3::Ptr<ns3::Socket> m_listener;
    std::uint64_t m_nextTag{0};
    std::unordered_map<std::uint64_t, Connection> m_connections;
    std::unordered_map<const TcpConnection*, std::uint64_t> m_tagOf;

    /** A request left the server: how many there were, how many are left. */
    ns3::TracedCallback<std::uint32_t, std::uint32_t> m_fallTrace;
};

} // namespace sonda::sim

#endif
