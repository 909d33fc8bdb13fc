#include "model/ns3/adapters.h"
#include "model/ns3/server-model.h"
#include "tests/catch.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <vector>

using namespace sonda;
using namespace sonda::sim;

namespace
{

/** One arrival, or a change of speed and background, at a moment. */
struct Stimulus
{
    double atS;
    bool arrives;
    double work;
    double factor;
    double background;
};

std::vector<Stimulus>
MakeStimuli(std::mt19937& random, int count)
{
    std::vector<Stimulus> stimuli;
    std::exponential_distribution<double> gap(1 / 0.12);
    std::exponential_distribution<double> work(1 / 0.1);
    std::uniform_real_distribution<double> uniform(0, 1);
    double at = 0;
    for (int i = 0; i < count; ++i)
    {
        // Whole nanoseconds, which are what the simulator has.
        at = std::round((at + gap(random)) * 1e9) / 1e9;
        stimuli.push_back({at,
                           uniform(random) < 0.9,
                           work(random),
                           0.3 + uniform(random),
                           0.7 * uniform(random)});
    }
    return stimuli;
}

/**
 * The same server written plainly: every request's remaining work, counted down from moment to
 * moment.
 */
class PlainServer
{
  public:
    explicit PlainServer(const ServerOptions& options)
        : m_options(options)
    {
    }

    std::map<std::uint64_t, double>
    Run(const std::vector<Stimulus>& stimuli)
    {
        std::uint64_t tag = 0;
        for (const auto& stimulus : stimuli)
        {
            WorkUntil(stimulus.atS);
            if (stimulus.arrives)
            {
                m_waiting.push_back({tag, stimulus.work});
                Fill();
            }
            else
            {
                m_factor = stimulus.factor * (1 - stimulus.background);
            }
            ++tag;
        }
        WorkUntil(1e9);
        return m_ends;
    }

  private:
    struct Item
    {
        std::uint64_t tag;
        double left;
    };

    std::size_t
    Most() const
    {
        switch (m_options.discipline)
        {
        case Discipline::PROCESSOR_SHARING:
            return 1'000'000;
        case Discipline::LIMITED_PROCESSOR_SHARING:
            return m_options.concurrency;
        default:
            return static_cast<std::size_t>(m_options.cores);
        }
    }

    void
    Fill()
    {
        while (!m_waiting.empty() && m_working.size() < Most())
        {
            const auto next = m_options.discipline == Discipline::LCFS ? std::prev(m_waiting.end())
                                                                       : m_waiting.begin();
            m_working.push_back(*next);
            m_waiting.erase(next);
        }
    }

    double
    Rate() const
    {
        const auto working = static_cast<double>(m_working.size());
        const double present = working + static_cast<double>(m_waiting.size());
        const bool fits = present * m_options.requestRamBytes <= m_options.ramBytes;
        return m_options.speed * m_factor * std::min(1.0, m_options.cores / working) *
               (fits ? 1 : 0.1);
    }

    void
    WorkUntil(double timeS)
    {
        while (!m_working.empty())
        {
            const auto first =
                std::min_element(m_working.begin(),
                                 m_working.end(),
                                 [](const Item& a, const Item& b) { return a.left < b.left; });
            const double rate = Rate();
            const double end = m_now + first->left / rate;
            const double until = std::min(end, timeS);
            for (auto& item : m_working)
            {
                item.left -= (until - m_now) * rate;
            }
            m_now = until;
            if (end > timeS)
            {
                break;
            }
            m_ends[first->tag] = m_now;
            m_working.erase(first);
            Fill();
        }
        m_now = timeS;
    }

    ServerOptions m_options;
    double m_factor{1};
    double m_now{0};
    std::vector<Item> m_working;
    std::vector<Item> m_waiting;
    std::map<std::uint64_t, double> m_ends;
};

std::map<std::uint64_t, double>
RunModel(const ServerOptions& options, const std::vector<Stimulus>& stimuli)
{
    std::map<std::uint64_t, double> ends;
    const ServerModel::Ended onEnd(
        [&](std::uint64_t tag, RequestEnd how)
        {
            REQUIRE(how == RequestEnd::SERVED);
            REQUIRE(ends.emplace(tag, ns3::Simulator::Now().GetSeconds()).second);
        });
    ServerModel server(options, onEnd);
    std::uint64_t tag = 0;
    for (const auto& stimulus : stimuli)
    {
        ns3::Simulator::Schedule(TimeFromSeconds(stimulus.atS),
                                 [&server, stimulus, tag]()
                                 {
                                     if (stimulus.arrives)
                                     {
                                         server.Submit(tag, stimulus.work);
                                         return;
                                     }
                                     server.SetSpeedFactor(stimulus.factor);
                                     server.SetBackground(stimulus.background);
                                 });
        ++tag;
    }
    ns3::Simulator::Run();
    CHECK(server.InFlight() == 0);
    CHECK(server.WorkLeft() == 0);
    ns3::Simulator::Destroy();
    return ends;
}

} // namespace

TEST_CASE("the server ends every request when a plainly written one does", "[server-model]")
{
    for (unsigned seed = 1; seed <= 40; ++seed)
    {
        std::mt19937 random(seed);
        ServerOptions options;
        options.discipline = std::vector{Discipline::PROCESSOR_SHARING,
                                         Discipline::FCFS,
                                         Discipline::LCFS,
                                         Discipline::LIMITED_PROCESSOR_SHARING}[seed % 4];
        options.cores = 1 + seed % 3;
        options.speed = 0.6;
        options.concurrency = 1 + seed % 5;
        options.requestRamBytes = seed % 2 == 0 ? 0 : 10;
        options.ramBytes = 55;
        const auto stimuli = MakeStimuli(random, 400);
        const auto expected = PlainServer(options).Run(stimuli);
        const auto found = RunModel(options, stimuli);
        INFO("seed " << seed);
        REQUIRE(found.size() == expected.size());
        for (const auto& [tag, end] : expected)
        {
            INFO("request " << tag);
            // Each end is rounded up to a nanosecond, and hands the rounding on to what waits.
            REQUIRE(found.at(tag) == Approx(end).margin(1e-6));
        }
    }
}
