#include "model/connection/dispatcher.h"
#include "model/ns3/adapters.h"
#include "model/selection/policy.h"
#include "tests/model/support/seeded-stream.h"
#include "tests/sim/small-world.h"

#include <deque>
#include <functional>
#include <queue>

/**
 * The same arrivals through `request`, `packet` and a bare driver of the machine: what is decided
 * must be the same, with every rule on.
 */

using namespace sonda;
using namespace sonda::sim;
using namespace sonda::sim::test;
using sonda::test::SeededStream;

namespace
{

constexpr double START_S = 1.5;
const Duration DELAY = std::chrono::milliseconds(1); //!< one way, between proxy and server

/** What a proxy has decided, in order, and the reports that it had then. */
struct Story
{
    std::vector<std::string> told;
    std::vector<std::pair<Instant, Observation>> reports;
};

/** 200 requests, for which three servers suffice and two do not. */
Trace
MakeTrace(std::uint64_t seed)
{
    SeededStream random(seed);
    Trace trace;
    double at = 0;
    for (int i = 0; i < 200; ++i)
    {
        trace.push_back({at, random.Between(0.020, 0.060)});
        at += random.Between(0.008, 0.030);
    }
    return trace;
}

/**
 * The clients are where the proxy is: in `packet` a connection ends when the client's end has come,
 * which `request` leaves out, and a limit of connections an agent would feel that.
 *
 * One of three servers crashes and comes back, then another one resets all for a while.
 */
Json
Eventful(const TemporaryFolder& folder, const Trace& trace, const std::string& fidelity)
{
    std::string rows = "time_s,service_ms\n";
    for (const TraceRow& row : trace)
    {
        rows += std::to_string(row.arrivalS) + "," + std::to_string(row.work * 1e3) + "\n";
    }
    folder.Write("trace.csv", rows);
    Json json = Json::parse(R"({
        "name": "eventful", "duration_s": 12, "probe": {"interval_s": 0.5, "window_ms": 50},
        "clients": {"count": 1, "delay_ms": 0, "start_s": 1.5},
        "agents": [{"name": "a", "count": 3, "delay_ms": 1, "discipline": "fcfs"}],
        "workload": {"arrivals": {"trace": "trace.csv"}, "response_bytes": 400},
        "events": [{"at_s": 2.5, "agents": "a[1]", "do": "crash"},
                   {"at_s": 3.7, "agents": "a[1]", "do": "recover"},
                   {"at_s": 4.3, "agents": "a[2]", "do": "fail"},
                   {"at_s": 5.1, "agents": "a[2]", "do": "recover"}],
        "proxy": {"base": "as-shipped", "slow_start_s": 1, "panic_below": 0.5, "early_resets": 2,
                  "empty_ends": 2, "per_agent_max": 2, "queue_timeout_s": 0.25,
                  "connect_timeout_s": 0.5}
    })");
    json["fidelity"] = fidelity;
    return json;
}

Story
Tell(const TemporaryFolder& folder, const Trace& trace, const std::string& fidelity)
{
    ns3::RngSeedManager::SetSeed(1);
    ns3::RngSeedManager::SetRun(1);
    Story story;
    World world(Scenario::Read(Eventful(folder, trace, fidelity), folder.Scenario()),
                std::move(*Catalogue::BuiltIn().Find("none")),
                "round-robin");
    ProxySite& site = *world.Proxies().at(0);
    ProxyApplication& proxy = site.GetProxy();
    const auto on = [&](const char* name, auto function)
    { proxy.TraceConnectWithoutContext(name, function); };
    const auto id = [&proxy](AgentIndex agent)
    { return proxy.GetBalancer().Table().Get(agent).id; };
    on("Waiting", ns3::Callback<void>([&] { story.told.push_back("waits"); }));
    on("NoAgent", ns3::Callback<void>([&] { story.told.push_back("is turned away"); }));
    on("Dispatch",
       ns3::Callback<void, AgentIndex>([&](AgentIndex a) { story.told.push_back("to " + id(a)); }));
    on("ConnectFailure",
       ns3::Callback<void, AgentIndex>([&](AgentIndex a)
                                       { story.told.push_back("refused by " + id(a)); }));
    on("Completion",
       ns3::Callback<void, AgentIndex, ns3::Time, bool>(
           [&](AgentIndex a, ns3::Time, bool good)
           { story.told.push_back((good ? "served by " : "reset by ") + id(a)); }));
    const ns3::Callback<void, const Observation&> onReport(
        [&](const Observation& observation) { story.reports.emplace_back(Now(), observation); });
    site.GetMonitorApplication().TraceConnectWithoutContext("Response", onReport);
    world.Run();
    CHECK(world.Abandoned() == 0);
    return story;
}

/** Events in the order of their time, then of their making. */
class Agenda
{
  public:
    void
    Add(Instant at, std::function<void()> what)
    {
        m_events.push({at, m_order++, std::move(what)});
    }

    /** Does everything, the due timeouts of \p machine among it. */
    template <typename Due>
    void
    Run(Due due)
    {
        while (!m_events.empty())
        {
            const Event next = m_events.top();
            m_events.pop();
            due(next.at);
            now = next.at;
            next.what();
        }
    }

    Instant now{};

  private:
    struct Event
    {
        Instant at;
        std::uint64_t order;
        std::function<void()> what;

        bool
        operator<(const Event& other) const
        {
            return std::pair(at, order) > std::pair(other.at, other.order);
        }
    };

    std::priority_queue<Event> m_events;
    std::uint64_t m_order{0};
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

std::size_t
Count(const std::vector<std::string>& told, const std::string& what)
{
    return static_cast<std::size_t>(std::count_if(told.begin(),
                                                  told.end(),
                                                  [&](const std::string& text)
                                                  { return text.find(what) == 0; }));
}

/** \return how many lines of both stories are alike before the first that is not. */
std::size_t
Alike(const std::vector<std::string>& a, const std::vector<std::string>& b)
{
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                    a.begin());
}

} // namespace

TEST_CASE("requests, packets and a bare driver have the same lives of connections", "[lives]")
{
    const TemporaryFolder folder;
    for (const std::uint64_t seed : {1, 2, 3})
    {
        INFO("seed " << seed);
        const Trace trace = MakeTrace(seed);
        const Story request = Tell(folder, trace, "request");
        // Every rule has its say.
        CHECK(Count(request.told, "to ") > 200);
        CHECK(Count(request.told, "waits") > 10);
        CHECK(Count(request.told, "refused by a[1]") > 0);
        CHECK(Count(request.told, "reset by a[2]") >= 2);
        CHECK(Count(request.told, "reset by a[2]") < 15);
        const auto bare =
            BareDriver(Eventful(folder, trace, "request"), folder, request).Run(trace);
        INFO("alike: " << Alike(bare, request.told) << " of " << request.told.size());
        CHECK(bare == request.told);
        const Story packet = Tell(folder, trace, "packet");
        INFO("packet alike: " << Alike(packet.told, request.told) << " of " << request.told.size());
        CHECK(packet.told == request.told);
    }
}
