#ifndef SONDA_MODEL_NS3_REQUEST_FLOW_H
#define SONDA_MODEL_NS3_REQUEST_FLOW_H

#include "model/ns3/proxy-application.h"
#include "model/ns3/request-source.h"
#include "model/ns3/server-model.h"
#include "model/selection/oracle.h"

#include "ns3/callback.h"
#include "ns3/event-impl.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
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
 * the proxy learns da later. Transmission takes no time. A step that takes no time is no event.
 *
 * A request is itself the event of its next step and is used again after its end, so that nothing
 * is allocated per request once as many have been under way at a time.
 *
 * Any number of proxies share the servers. Does not own the proxies; owns the servers. Destroy it
 * after Simulator::Destroy.
 */
class RequestFlow
{
  public:
    /** A request has an outcome: its arrival, its response time, whether it was answered. */
    using Outcome = ns3::Callback<void, ns3::Time, ns3::Time, bool>;

    /** The connections at a server fell: server by order of AddServer(), before, after. */
    using Fall = std::function<void(std::uint32_t, std::uint32_t, std::uint32_t)>;

    explicit RequestFlow(Outcome outcome);
    ~RequestFlow();
    RequestFlow(const RequestFlow&) = delete;
    RequestFlow& operator=(const RequestFlow&) = delete;

    /**
     * Gives the proxy an oracle too. To be called before the proxy's balancer is made; the proxy
     * must not relay by itself.
     * \return the proxy's number, for AddClient()
     */
    std::uint32_t AddProxy(ProxyApplication& proxy);

    /**
     * \param id the agent's identity
     * \param options what its server is
     * \param delay one way, between proxy and server
     */
    void AddServer(const std::string& id, const ServerOptions& options, ns3::Time delay);

    /** \return the server of an agent that was added. */
    ServerModel& GetServer(const std::string& id);

    /**
     * \param delay one way, between client and proxy
     * \param proxy the one that the client uses
     * \param lastArrival no request begins later
     */
    void AddClient(RequestSource source,
                   ns3::Time delay,
                   std::uint32_t proxy,
                   ns3::Time lastArrival);

    /** \param fall called whenever a request leaves a server */
    void
    OnFall(Fall fall)
    {
        m_fall = std::move(fall);
    }

    /** \return how many requests have no outcome yet, those on their way to the proxy included. */
    std::size_t
    Unfinished() const
    {
        return m_active + m_coming;
    }

    /** Gives every unfinished request the outcome that it was not answered. */
    void Abandon();

  private:
    /** What comes next for a request. */
    enum class Step : std::uint8_t
    {
        REFUSED,   //!< the proxy hears that the server refuses
        AT_SERVER, //!< the request reaches the server
        GOOD,      //!< the whole answer reaches the proxy
        EMPTY,     //!< an end without a byte reaches the proxy
        BAD,       //!< a reset reaches the proxy
    };

    struct Call;

    /** The connection of a request. */
    struct Life final : public CarriedConnection
    {
        Life(Call& whose, Instant begun)
            : CarriedConnection(begun),
              call(whose)
        {
        }

        void
        Connect() override
        {
            call.flow.Connect(call);
        }

        void
        OnEnded(const ConnectionEnd& end) override
        {
            // An end in order is a good one to a relay, whatever was sent before.
            call.flow.Finish(call, end.good && call.step != Step::EMPTY);
        }

        Call& call;
    };

    /** A request under way, and the event of its next step. */
    struct Call : public ns3::EventImpl
    {
        Call(RequestFlow& owner, std::uint32_t number)
            : flow(owner),
              place(number)
        {
        }

        void
        Notify() override
        {
            flow.Take(*this);
        }

        RequestFlow& flow;
        const std::uint32_t place; //!< in m_calls; its tag at the server
        Step step{};
        bool active{false};  //!< has no outcome yet
        bool carried{false}; //!< a step is to come, or it is at a server
        std::uint32_t client{0};
        std::uint32_t server{0};
        ProxyApplication* proxy{nullptr};
        double work{0};
        ns3::Time arrival;
        std::optional<Life> life; //!< of this use
    };

    /** A client, and the event of its next request's arrival at the proxy. */
    struct Client : public ns3::EventImpl
    {
        Client(RequestFlow& owner, RequestSource requests)
            : flow(owner),
              source(std::move(requests))
        {
        }

        void
        Notify() override
        {
            flow.OnArrival(*this);
        }

        RequestFlow& flow;
        RequestSource source;
        std::uint32_t number{0};
        std::uint32_t proxy{0};
        ns3::Time delay;
        ns3::Time lastArrival;
        Request coming;
    };

    struct Server
    {
        Server(const ServerOptions& options, ServerModel::Ended ended, ns3::Time wire)
            : model(options, ended),
              delay(wire)
        {
        }

        ServerModel model;
        ns3::Time delay;
        std::uint32_t coming{0}; //!< requests on their way to it
        double comingWork{0};    //!< seconds of one core at speed 1
    };

    /** A proxy, and what its policy may ask of the servers. */
    struct Proxy : public Oracle
    {
        Proxy(RequestFlow& owner, ProxyApplication& which)
            : flow(owner),
              application(which)
        {
        }

        double Present(AgentIndex agent) const override;
        double WorkLeft(AgentIndex agent) const override;

        RequestFlow& flow;
        ProxyApplication& application;
        mutable std::vector<std::uint32_t> serverByAgent; //!< cache, by AgentIndex
    };

    void ScheduleNext(Client& client);
    void ScheduleArrival(Client& client, const Request& request);
    void OnArrival(Client& client);
    Call& NewCall();
    void Schedule(Call& call, Step step, ns3::Time delay);
    void Take(Call& call);
    void Connect(Call& call);
    void OnRequestAtServer(Call& call);
    void OnEndAtServer(std::uint64_t tag, RequestEnd how);
    void Finish(Call& call, bool good);
    bool IsOver(Call& call);
    std::uint32_t ServerOf(const Proxy& proxy, AgentIndex agent) const;

    Outcome m_outcome;
    Fall m_fall;
    std::deque<Proxy> m_proxies;
    std::vector<ns3::Ptr<Client>> m_clients;
    std::deque<Server> m_servers; //!< they do not move
    std::unordered_map<std::string, std::uint32_t> m_serverById;
    std::vector<ns3::Ptr<Call>> m_calls;
    std::vector<std::uint32_t> m_free;
    std::size_t m_coming{0}; //!< arrivals that are scheduled
    std::size_t m_active{0}; //!< calls without an outcome
};

} // namespace sonda::sim

#endif
