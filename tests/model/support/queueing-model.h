#ifndef SONDA_TESTS_MODEL_SUPPORT_QUEUEING_MODEL_H
#define SONDA_TESTS_MODEL_SUPPORT_QUEUEING_MODEL_H

#include "model/control/balancer.h"
#include "model/scoring/catalogue.h"
#include "model/selection/contenders.h"
#include "tests/model/support/picks.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <numeric>
#include <vector>

namespace sonda::test
{

/** A mean with its standard error. */
struct Estimate
{
    double mean;
    double error;
};

/**
 * Equal servers with one core each, first come first served, exponential service times of mean 1 s,
 * Poisson arrivals at one proxy, no network. All agents report every interval at the same moment;
 * notices and asked-for reports arrive at once.
 */
class QueueingModel : private Oracle
{
  public:
    struct Setting
    {
        unsigned servers;
        double load;       //!< arrivals per second and server
        double interval;   //!< between reports, seconds
        int jobs{100'000}; //!< that are measured, after a tenth more
    };

    QueueingModel(const std::string& contender, Setting setting, std::uint64_t seed)
        : m_setting(setting),
          m_servers(setting.servers),
          m_random(seed),
          m_picks(seed + 1)
    {
        const Contender found = *ContenderCatalogue::BuiltIn().Find(contender);
        TableTiming timing;
        timing.interval = FromSeconds(setting.interval);
        m_balancer.emplace(std::move(*Catalogue::BuiltIn().Find(found.formula)),
                           Make(found.policy, this),
                           timing);
    }

    /** \return the mean time in system, by batch means of 20 batches. */
    Estimate
    Run()
    {
        At(m_now, [this] { ReportAll(); });
        At(m_now + Exponential(m_setting.servers * m_setting.load), [this] { Arrive(); });
        const int warmUp = m_setting.jobs / 10;
        while (static_cast<int>(m_times.size()) < m_setting.jobs + warmUp)
        {
            auto event = m_events.extract(m_events.begin());
            m_now = event.key();
            event.mapped()();
        }
        return BatchMeans(static_cast<std::size_t>(warmUp));
    }

  private:
    struct Server
    {
        unsigned present{0};
        double freeAt{0};
        double workBegun{0};  //!< seconds of work that it ever got
        double workBefore{0}; //!< of that, done when it last took its figures
        unsigned completed{0};
        double unused{100}; //!< CPU over the last interval, percent
        double rate{0};     //!< completions per second over the last interval
    };

    double
    Present(AgentIndex agent) const override
    {
        return m_servers[agent].present;
    }

    double
    WorkLeft(AgentIndex agent) const override
    {
        return std::max(0.0, m_servers[agent].freeAt - m_now);
    }

    void
    At(double when, std::function<void()> what)
    {
        m_events.emplace(when, std::move(what));
    }

    Instant
    Now() const
    {
        return test::At(m_now);
    }

    double
    Exponential(double rate)
    {
        return -std::log1p(-m_random.Uniform()) / rate;
    }

    void
    Report(AgentIndex agent, bool notice)
    {
        Observation observation = Observe(agent);
        observation.elapsed = Duration(0);
        observation.notice = notice;
        observation.report.inFlight = m_servers[agent].present;
        observation.report.cpu = m_servers[agent].unused;
        observation.report.rate = m_servers[agent].rate;
        observation.report.cores = 1;
        m_balancer->Update(observation, Now());
    }

    void
    TakeFigures(AgentIndex agent)
    {
        Server& server = m_servers[agent];
        const double done = server.workBegun - WorkLeft(agent);
        const double used = (done - server.workBefore) / m_setting.interval;
        server.unused = 100 * (1 - std::clamp(used, 0.0, 1.0));
        server.rate = server.completed / m_setting.interval;
        server.workBefore = done;
        server.completed = 0;
    }

    void
    ReportAll()
    {
        for (AgentIndex agent = 0; agent < m_servers.size(); ++agent)
        {
            TakeFigures(agent);
            Report(agent, false);
        }
        At(m_now + m_setting.interval, [this] { ReportAll(); });
    }

    void
    Arrive()
    {
        m_waiting.push_back(m_now);
        DispatchWaiting();
        At(m_now + Exponential(m_setting.servers * m_setting.load), [this] { Arrive(); });
    }

    void
    DispatchWaiting()
    {
        while (!m_waiting.empty())
        {
            const auto agent = m_balancer->Dispatch(Now(), m_picks);
            if (!agent)
            {
                return;
            }
            Serve(*agent, m_waiting.front());
            m_waiting.pop_front();
            m_wanted.clear();
            m_balancer->WantedProbes(Now(), m_picks, m_wanted);
            for (const AgentIndex asked : m_wanted)
            {
                Report(asked, false);
            }
        }
    }

    void
    Serve(AgentIndex agent, double arrival)
    {
        Server& server = m_servers[agent];
        ++server.present;
        const double work = Exponential(1);
        server.workBegun += work;
        server.freeAt = std::max(server.freeAt, m_now) + work;
        At(server.freeAt, [this, agent, arrival, sent = m_now] { End(agent, arrival, sent); });
    }

    void
    End(AgentIndex agent, double arrival, double sent)
    {
        const unsigned left = --m_servers[agent].present;
        ++m_servers[agent].completed;
        m_times.push_back(m_now - arrival);
        m_balancer->Ended(agent, Ending::Completed(FromSeconds(m_now - sent), true), Now());
        if (left + 1 == m_balancer->GetPolicy().NoticeBelow())
        {
            Report(agent, true);
        }
        DispatchWaiting();
    }

    Estimate
    BatchMeans(std::size_t from) const
    {
        constexpr std::size_t batches = 20;
        const std::size_t size = (m_times.size() - from) / batches;
        double sum = 0;
        double squares = 0;
        for (std::size_t batch = 0; batch < batches; ++batch)
        {
            const auto begin = m_times.begin() + static_cast<std::ptrdiff_t>(from + batch * size);
            const double mean =
                std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(size), 0.0) /
                static_cast<double>(size);
            sum += mean;
            squares += mean * mean;
        }
        const double mean = sum / batches;
        const double variance = (squares - sum * mean) / (batches - 1);
        return {mean, std::sqrt(variance / batches)};
    }

    Setting m_setting;
    std::vector<Server> m_servers;
    SeededStream m_random;
    SeededStream m_picks;
    std::optional<Balancer> m_balancer;
    std::multimap<double, std::function<void()>> m_events;
    std::deque<double> m_waiting; //!< arrivals of requests that a policy holds back
    std::vector<AgentIndex> m_wanted;
    std::vector<double> m_times;
    double m_now{0};
};

} // namespace sonda::test

#endif
