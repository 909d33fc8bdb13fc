#ifndef SONDA_BENCH_SIM_PLAIN_APPS_H
#define SONDA_BENCH_SIM_PLAIN_APPS_H

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"
#include "ns3/socket.h"

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

/**
 * Client, proxy and server as one writes them for ns-3 in an afternoon: sockets in maps, callbacks,
 * no attribute of TCP touched. They are the peer of `packet` fidelity in `./sonda bench sim`: one
 * connection a request from client to proxy and one on to a server, which answers after its service
 * and closes first.
 */
namespace plain
{

/** Sizes of the bench's scenario, bytes. */
constexpr std::uint32_t REQUEST_BYTES = 200;
constexpr std::uint32_t RESPONSE_BYTES = 2000;
constexpr std::uint16_t PORT = 80;

/** One queue in front of one core, first come, first served; service times are exponential. */
class Server : public ns3::Application
{
  public:
    /** \param serviceS draws the seconds that a request takes */
    explicit Server(ns3::Ptr<ns3::ExponentialRandomVariable> serviceS);

  private:
    void StartApplication() override;
    void OnAccept(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from);
    void OnReadable(ns3::Ptr<ns3::Socket> socket);
    void ServeNext();
    void OnServed();

    ns3::Ptr<ns3::ExponentialRandomVariable> m_serviceS;
    ns3::Ptr<ns3::Socket> m_listener;
    std::map<ns3::Ptr<ns3::Socket>, std::uint32_t> m_received; //!< bytes of unfinished requests
    std::deque<ns3::Ptr<ns3::Socket>> m_queue;                 //!< the first is in service
};

/** Relays each connection to the one of two random servers that has fewer connections. */
class Proxy : public ns3::Application
{
  public:
    Proxy(std::vector<ns3::Ipv4Address> servers, ns3::Ptr<ns3::UniformRandomVariable> random);

  private:
    struct Peer
    {
        ns3::Ptr<ns3::Socket> socket;
        std::size_t server; //!< index
    };

    void StartApplication() override;
    std::size_t Pick();
    void OnAccept(ns3::Ptr<ns3::Socket> client, const ns3::Address& from);
    void OnConnected(ns3::Ptr<ns3::Socket> server);
    void OnReadable(ns3::Ptr<ns3::Socket> socket);
    void OnClosed(ns3::Ptr<ns3::Socket> socket);

    std::vector<ns3::Ipv4Address> m_servers;
    std::vector<std::uint32_t> m_inFlight;
    ns3::Ptr<ns3::UniformRandomVariable> m_random;
    ns3::Ptr<ns3::Socket> m_listener;
    std::map<ns3::Ptr<ns3::Socket>, Peer> m_peers; //!< from either side to the other
};

/** Opens a connection for each request, at exponential intervals, until all have been sent. */
class Client : public ns3::Application
{
  public:
    /**
     * \param proxy whom to ask
     * \param gapS draws the seconds between two requests
     * \param requests how many to send
     */
    Client(ns3::Ipv4Address proxy,
           ns3::Ptr<ns3::ExponentialRandomVariable> gapS,
           std::uint64_t requests);

    /** \return requests that were answered. */
    std::uint64_t
    Answered() const
    {
        return m_answered;
    }

    /** \return the sum of their response times, seconds. */
    double
    ResponseTimeSum() const
    {
        return m_responseTimeS;
    }

  private:
    struct Call
    {
        ns3::Time start;
        std::uint32_t received{0};
    };

    void StartApplication() override;
    void Send();
    void OnConnected(ns3::Ptr<ns3::Socket> socket);
    void OnReadable(ns3::Ptr<ns3::Socket> socket);
    void OnClosed(ns3::Ptr<ns3::Socket> socket);

    ns3::Ipv4Address m_proxy;
    ns3::Ptr<ns3::ExponentialRandomVariable> m_gapS;
    std::uint64_t m_left;
    std::map<ns3::Ptr<ns3::Socket>, Call> m_calls;
    std::uint64_t m_answered{0};
    double m_responseTimeS{0};
};

} // namespace plain

#endif
