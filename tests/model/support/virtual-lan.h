#ifndef SONDA_TESTS_MODEL_SUPPORT_VIRTUAL_LAN_H
#define SONDA_TESTS_MODEL_SUPPORT_VIRTUAL_LAN_H

#include "model/control/agent.h"
#include "model/control/balancer.h"
#include "model/control/monitor.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <deque>
#include <functional>
#include <map>
#include <string>

namespace sonda::test
{

/**
 * One monitor with its balancer and many agents on a LAN of virtual time: every host has a link
 * with its own delay, the LAN loses and doubles datagrams at random. The code under test is the
 * real one; thousands of rounds take milliseconds.
 */
class VirtualLan
{
  public:
    struct Host
    {
        Agent agent;
        Duration delay; //!< one way
        Report report;
        bool silent{false}; //!< hears nothing
    };

    using Listener = std::function<void(Host&, const Expected<Observation, Refusal>&)>;

    VirtualLan(MonitorOptions options, std::optional<Keyring> keyring, std::uint64_t seed)
        : random(seed),
          monitor(options, keyring),
          balancer(MakeFormula("min: rtt"), std::move(*MakePolicy("best")), TableTiming())
    {
    }

    Host&
    Add(AgentOptions options, std::optional<Keyring> keyring, Duration delay)
    {
        hosts.push_back({Agent(std::move(options), std::move(keyring)), delay, Report(), false});
        hosts.back().report.cpu = 50;
        return hosts.back();
    }

    /** Runs until \p end; whatever is on its way then stays there. */
    void
    RunUntil(Instant end)
    {
        if (m_events.empty())
        {
            At(monitor.NextProbe(), [this] { Probe(); });
        }
        while (m_events.begin()->first <= end)
        {
            auto event = m_events.extract(m_events.begin());
            now = event.key();
            event.mapped()();
        }
        now = end;
        balancer.Advance(now);
    }

    SeededStream random;
    Monitor monitor;
    Balancer balancer;
    std::deque<Host> hosts;
    Instant now{};
    double loss{0};     //!< share of datagrams that never arrive
    double doubling{0}; //!< share of datagrams that arrive twice
    std::uint64_t lost{0};
    std::uint64_t doubledRequests{0};
    std::uint64_t doubledResponses{0};
    Listener onResponse; //!< told of every response that reached the monitor

  private:
    void
    At(Instant when, std::function<void()> what)
    {
        m_events.emplace(when, std::move(what));
    }

    /** Carries a datagram: never, once or twice. */
    void
    Carry(Duration delay, std::uint64_t& doubled, const std::function<void()>& deliver)
    {
        if (random.Chance(loss))
        {
            ++lost;
            return;
        }
        At(now + delay, deliver);
        if (random.Chance(doubling))
        {
            ++doubled;
            At(now + delay + std::chrono::microseconds(3), deliver);
        }
    }

    void
    Probe()
    {
        const std::string request = monitor.Probe(now, "10.255.0.1", random);
        for (auto& host : hosts)
        {
            Carry(host.delay, doubledRequests, [this, &host, request] { Ask(host, request); });
        }
        At(monitor.NextProbe(), [this] { Probe(); });
    }

    void
    Ask(Host& host, const std::string& request)
    {
        const auto figures = [&host] { return host.report; };
        if (!host.silent &&
            !host.agent.OnDatagram(request, "10.255.0.1", 4000, now, figures, random))
        {
            At(host.agent.NextReply().value(), [this, &host] { Answer(host); });
        }
    }

    void
    Answer(Host& host)
    {
        while (const auto reply = host.agent.TakeReply(now))
        {
            Carry(host.delay,
                  doubledResponses,
                  [this, &host, datagram = reply->datagram] { Hear(host, datagram); });
        }
        if (const auto next = host.agent.NextReply())
        {
            At(*next, [this, &host] { Answer(host); });
        }
    }

    void
    Hear(Host& host, const std::string& datagram)
    {
        const auto& address = host.agent.GetOptions().server.address;
        const auto observation = monitor.OnDatagram(datagram, address, now);
        if (observation)
        {
            const auto updated = balancer.Update(*observation, now);
            if (!updated)
            {
                monitor.CountRefusal(updated.GetError().reason);
            }
        }
        if (onResponse)
        {
            onResponse(host, observation);
        }
    }

    std::multimap<Instant, std::function<void()>> m_events;
};

} // namespace sonda::test

#endif
