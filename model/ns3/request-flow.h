#ifndef SONDA_MODEL_NS3_REQUEST_FLOW_H
#define SONDA_MODEL_NS3_REQUEST_FLOW_H

#include "model/ns3/proxy-application.h"
#include "model/ns3/request.h"
#include "model/ns3/server-model.h"

#include "ns3/callback.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace sonda::sim
{

/**
 * Carries requests without packets: a few simulator events each, at the moments at which TCP over
 * the same delays would have them.
 *
 * With dc the one-way delay between client and proxy and da the one between proxy and server: the
 * client's SYN, the answer and the request reach the proxy after 3 dc (the connection is accepted
 * and the agent picked when the request's first byte comes); the server has the request 3 da after
 * the pick; the answer needs da to the proxy and dc to the client. A server that is down refuses
 * after 2 da, upon which the next agent is picked; one that crashes resets its connections, which
 * the proxy learns da later. Transmission takes no time.
 *
 * Does not own the proxy and the servers. Destroy it after Simulator::Destroy.
 */
class RequestFlow
{
  public:
    /** A request has an outcome: its arrival, its response time, whether it was answered. */
    using Outcome = ns3::Callback<void, ns3::Time, ns3::Time, bool>;

    RequestFlow(ProxyApplication& proxy, Outcome outcome);

    /**
     * \param id the agent's identity
     * \param options what its server is
     * \param delay one way, between proxy and server
     */
    void AddServer(const std::string& id, const ServerOptions& options, ns3::Time delay);

    /** \return the server of an agent that was added; the flow owns it. */
    ServerModel& GetServer(const std::string& id);

    /** \param delay one way, between client and proxy \param lastArrival no request begins later */
    void AddClient(RequestSource source, ns3::Time delay, ns3::Time lastArrival);

    /** \return how many requests have no outcome yet, those on their way to the proxy included. */
    std::size_t
    Unfinished() const
    {
        return m_requests.size() - m_free.size() + m_coming;
    }

    /** Gives every unfinished request the outcome that it was not answered. */
    void Abandon();

  private:
    struct Server
    {
        Server(const ServerOptions& options, ServerModel::Ended ended, ns3::Time wire)
            : model(options, ended),
              delay(wire)
        {
        }

        ServerModel model;
        ns3::Time delay;
    };

    struct Client
    {
        RequestSource source;
        ns3::Time delay;
        ns3::Time lastArrival;
        Request coming;
    };

    /** A request under way; its place in m_requests is its tag. */
    struct Call
    {
        ns3::Time arrival;
        ns3::Time dispatched;
        double work;
        std::uint32_t client;
        std::uint32_t server;
        AgentIndex agent;
        bool active;
    };

    using Tag = std::uint64_t;

    void ScheduleArrival(std::uint32_t client);
    void OnArrival(std::uint32_t client);
    void Dispatch(Tag tag);
    void OnRefused(Tag tag);
    void OnRequestAtServer(Tag tag);
    void OnServed(Tag tag, bool good);
    void OnResponseAtProxy(Tag tag, bool good);
    void Finish(Tag tag, bool good);
    std::uint32_t ServerOf(AgentIndex agent);

    ProxyApplication& m_proxy;
    Outcome m_outcome;
    std::vector<Client> m_clients;
    std::deque<Server> m_servers; //!< they do not move
    std::unordered_map<std::string, std::uint32_t> m_serverById;
    std::vector<Call> m_requests;
    std::vector<Tag> m_free;
    std::size_t m_coming{0};                    //!< arrivals that are scheduled
    std::vector<std::uint32_t> m_serverByAgent; //!< cache, by AgentIndex
};

} // namespace sonda::sim

#endif
