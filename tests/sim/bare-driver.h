#ifndef SONDA_TESTS_SIM_BARE_DRIVER_H
#define SONDA_TESTS_SIM_BARE_DRIVER_H

#include "model/connection/dispatcher.h"
#include "model/ns3/adapters.h"
#include "model/selection/policy.h"
#include "tests/sim/agenda.h"
#include "tests/sim/small-world.h"

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

/** A driver of the machine of connections without ns-3's events, for comparison with those. */
namespace sonda::sim::test
{

inline constexpr double START_S = 1.5;
inline constexpr Duration DELAY =
    std::chrono::milliseconds(1); //!< one way, between proxy and server

/** What a proxy has decided, in order, and the reports that it had then. */
struct Story
{
    std::vector<std::string> told;
    std::vector<std::pair<Instant, Observation>> reports;
};

/** Drives the machine without ns-3: three servers of one core, first come, first served. */
class BareDriver : public Picker, public ConnectionDriver
{
  public:
    BareDriver(const Json& json, const TemporaryFolder& folder, const Story& reports)
        : m_rules(Scenario::Read(json, folder.Scenario()).proxy),
          m_balancer(std::move(*Catalogue::BuiltIn().Find("none")),
                     std::move(*MakePolicy("round-robin", nullptr)),
                     Timing()),
          m_dispatcher(*this, *this, WithoutConnectTimeout(m_rules.connection))
    {
        m_balancer.SetRules(m_rules.table, Instant{});
        m_balancer.SetObserver([this](const Transition&) { m_dispatcher.OnFree(); });
        m_random.AssignStreams(500'000); // the first proxy's, as a world numbers them
        for (const auto& [at, observation] : reports.reports)
        {
            m_agenda.Add(at, [this, &observation = observation] { Report(observation); });
        }
        const auto at = [this](double seconds, auto what)
        { m_agenda.Add(Instant(FromSeconds(seconds)), what); };
        at(2.5, [this] { Crash("a[1]"); });
        at(3.7, [this] { m_servers["a[1]"].up = true; });
        at(4.3, [this] { m_servers["a[2]"].failing = true; });
        at(5.1, [this] { m_servers["a[2]"].failing = false; });
    }

    std::vector<std::string>
    Run(const Trace& trace)
    {
        for (const TraceRow& row : trace)
        {
            const Instant arrival(FromSeconds(START_S + row.arrivalS));
            m_agenda.Add(arrival, [this, work = row.work] { Accept(work); });
        }
        m_agenda.Run(
            [this](Instant until)
            {
                while (const auto due = m_dispatcher.NextDue())
                {
                    if (*due > until)
                    {
                        break;
                    }
                    m_agenda.now = *due;
                    m_dispatcher.OnTime(*due);
                    GoOn();
                }
            });
        CHECK(m_dispatcher.DispatchesOut() == 0);
        return told;
    }

    std::vector<std::string> told;

  private:
    struct Request : ConnectionLife
    {
        Request(Instant begun, double seconds)
            : ConnectionLife(begun),
              work(FromSeconds(seconds))
        {
        }

        Duration work;
    };

    struct Server
    {
        bool up{true};
        bool failing{false};
        Instant freeAt{};
        std::vector<Request*> present;
        int life{0}; //!< counts crashes: what was scheduled before is void
    };

    static TableTiming
    Timing()
    {
        TableTiming timing;
        timing.interval = FromSeconds(0.5);
        timing.window = FromSeconds(0.05);
        return timing;
    }

    static ConnectionRules
    WithoutConnectTimeout(ConnectionRules rules)
    {
        rules.connect = NO_TIMEOUT; // as in `request`: nobody is silent
        return rules;
    }

    std::string
    Id(AgentIndex agent) const
    {
        return m_balancer.Table().Get(agent).id;
    }

    void
    Report(const Observation& observation)
    {
        m_balancer.Update(observation, m_agenda.now);
        GoOn();
    }

    void
    Accept(double work)
    {
        m_requests.emplace_back(m_agenda.now, work);
        m_dispatcher.Serve(m_requests.back(), m_agenda.now);
        GoOn();
    }

    void
    GoOn()
    {
        while (ConnectionLife* life = m_dispatcher.Next(m_agenda.now))
        {
            auto& request = static_cast<Request&>(*life);
            Server& server = m_servers[Id(life->Agent())];
            if (server.up)
            {
                m_agenda.Add(m_agenda.now + 3 * DELAY, [&] { Arrive(request, server); });
                continue;
            }
            m_agenda.Add(m_agenda.now + 2 * DELAY,
                         [&]
                         {
                             m_dispatcher.OnConnectFailed(request, m_agenda.now);
                             GoOn();
                         });
        }
    }

    void
    Arrive(Request& request, Server& server)
    {
        m_dispatcher.OnConnected(request, m_agenda.now);
        GoOn();
        if (!server.up || server.failing)
        {
            Reset(request);
            return;
        }
        server.freeAt = std::max(server.freeAt, m_agenda.now) + request.work;
        server.present.push_back(&request);
        m_agenda.Add(server.freeAt,
                     [this, &request, &server, life = server.life]
                     {
                         if (life == server.life)
                         {
                             server.present.erase(server.present.begin());
                             Answer(request);
                         }
                     });
    }

    void
    Answer(Request& request)
    {
        m_agenda.Add(m_agenda.now + DELAY,
                     [this, &request]
                     {
                         m_dispatcher.OnFinished(request, false, m_agenda.now);
                         GoOn();
                     });
    }

    void
    Reset(Request& request)
    {
        m_agenda.Add(m_agenda.now + DELAY,
                     [this, &request]
                     {
                         m_dispatcher.OnAborted(request, Side::SERVER, false, true, m_agenda.now);
                         GoOn();
                     });
    }

    void
    Crash(const std::string& id)
    {
        Server& server = m_servers[id];
        server.up = false;
        ++server.life;
        server.freeAt = m_agenda.now;
        for (Request* request : std::exchange(server.present, {}))
        {
            Reset(*request);
        }
    }

    Picked
    Pick(ConnectionLife&, Instant now) override
    {
        const auto agent = m_balancer.Dispatch(now, m_random);
        if (agent)
        {
            told.push_back("to " + Id(*agent));
        }
        return {agent, now, !agent && m_balancer.HoldsBack()};
    }

    void
    Connected(AgentIndex agent, Instant, Instant) override
    {
        m_balancer.Connected(agent);
    }

    void
    Ended(AgentIndex agent, Instant dispatched, const Ending& ending, Instant now) override
    {
        const bool isRefused = ending.kind == Ending::Kind::CONNECT_FAILED;
        told.push_back((isRefused     ? "refused by "
                        : ending.good ? "served by "
                                      : "reset by ") +
                       Id(agent));
        Ending timed = ending;
        timed.latency = now - dispatched;
        m_balancer.Ended(agent, timed, now);
    }

    void
    OnWaiting(ConnectionLife&) override
    {
        told.push_back("waits");
    }

    void
    OnEnded(ConnectionLife&, const ConnectionEnd& end) override
    {
        if (end.how == ConnectionEnd::How::NO_AGENT)
        {
            told.push_back("is turned away");
        }
    }

    ProxyRules m_rules;
    Balancer m_balancer;
    Dispatcher m_dispatcher;
    StreamAdapter m_random;
    Agenda m_agenda;
    std::map<std::string, Server> m_servers;
    std::deque<Request> m_requests; //!< they do not move
};

} // namespace sonda::sim::test

#endif
