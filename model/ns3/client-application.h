#ifndef SONDA_MODEL_NS3_CLIENT_APPLICATION_H
#define SONDA_MODEL_NS3_CLIENT_APPLICATION_H

#include "model/ns3/request-source.h"
#include "model/ns3/tcp-connection.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/ipv4-address.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace sonda::sim
{

/**
 * \ingroup sonda
 * Sends requests to a proxy, each on a TCP connection of its own. They come from a source that is
 * set before the start, or else at gaps that do not wait for the answers (open loop) from the
 * application's start time on, as the attributes say. A response is complete when all its bytes are
 * there and the other side has closed; one that is refused or reset is not answered.
 *
 * Attributes: Remote, Port, Interarrival, Work, RequestBytes, ResponseBytes, LastArrival.
 * Trace source: Response.
 */
class ClientApplication : public ns3::Application, public TcpUser
{
  public:
    static ns3::TypeId GetTypeId();

    /** Adds a further address of the proxy; requests go to all of them in turn. */
    void AddRemote(ns3::Ipv4Address address);

    /** Takes requests from \p source, whose streams are assigned, not from the attributes. */
    void SetSource(RequestSource source);

    /** For the attributes' variables. \return 2, the number of streams used: gaps and work. */
    std::int64_t AssignStreams(std::int64_t stream);

    /** \return how many requests have no outcome yet. */
    std::size_t
    Unfinished() const
    {
        return m_calls.size();
    }

    /** Gives every unfinished request the outcome that it was not answered. */
    void Abandon();

    /**
     * Draws from the variables of the attributes, so it is for a client that is made to be asked.
     * \return what no client can do of Interarrival or Work, such as a time below 0; or nothing
     */
    std::optional<std::string> WrongVariable() const;

  protected:
    void DoDispose() override;

  private:
    /** One request under way. */
    struct Call
    {
        Request request;
        std::unique_ptr<TcpConnection> connection;
        ns3::Ptr<ns3::Packet> unsent; //!< of the request, from when the connection stands
        std::uint32_t received{0};
    };

    void StartApplication() override;
    void StopApplication() override;
    void ScheduleNext();
    void ScheduleArrival(const Request& request);
    void Begin();
    void OnConnected(TcpConnection& connection) override;
    void OnWritable(TcpConnection& connection) override;
    void OnReadable(TcpConnection& connection) override;
    void OnEnd(TcpConnection& connection) override;
    void OnFailed(TcpConnection& connection, TcpFailure why) override;
    void Finish(TcpConnection& connection, bool whole);

    ns3::Ipv4Address m_remote;
    std::vector<ns3::Ipv4Address> m_remotes; //!< beside m_remote
    std::size_t m_turn{0};
    std::uint16_t m_port{80};
    ns3::Ptr<ns3::RandomVariableStream> m_interarrival;
    ns3::Ptr<ns3::RandomVariableStream> m_work;
    std::uint32_t m_requestBytes{200};
    std::uint32_t m_responseBytes{2000};
    ns3::Time m_lastArrival;

    std::optional<RequestSource> m_source;
    Request m_coming;
    ns3::EventId m_next;
    std::unordered_map<const TcpConnection*, Call> m_calls;

    /** A request has an outcome: its arrival, its response time, whether it was answered. */
    ns3::TracedCallback<ns3::Time, ns3::Time, bool> m_responseTrace;
};

} // namespace sonda::sim

#endif
