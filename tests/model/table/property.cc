#include "tests/catch.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

using namespace sonda;
using namespace sonda::test;

namespace
{

constexpr double INF = std::numeric_limits<double>::infinity();
constexpr double NONE = std::numeric_limits<double>::quiet_NaN();

/** What the table should know of an agent, kept in the plainest way. */
struct Naive
{
    Observation last;
    Instant reportedAt;
    std::uint32_t inFlight{0};
    std::uint64_t reports{0};
    std::uint64_t dispatches{0};
    std::uint64_t ended{0};
    unsigned row{0};
    unsigned resting{0};

    Freshness
    FreshnessAt(Instant now) const
    {
        const double intervals = ToSeconds(now - reportedAt) / 5;
        if (intervals < 1.5)
        {
            return Freshness::FRESH;
        }
        if (intervals < 3.5)
        {
            return Freshness::STALE;
        }
        return intervals < 10 || inFlight > 0 ? Freshness::DEAD : Freshness::REMOVED;
    }

    bool
    IsCandidate(Instant now) const
    {
        return FreshnessAt(now) < Freshness::DEAD && resting == 0 &&
               last.report.state == ServerState::READY;
    }
};

/** Runs one random life of a table beside the naive model and compares after every step. */
class World
{
  public:
    World(const std::string& formula, std::uint64_t seed)
        : m_random(seed),
          m_table(MakeFormula(formula), TableTiming())
    {
    }

    void
    Step()
    {
        switch (m_random.Below(8))
        {
        case 0:
            // Times on a grid of half an interval meet the borders exactly.
            m_now += m_random.Chance(0.1) ? FromSeconds(25) : FromSeconds(2.5);
            m_table.Advance(m_now);
            Forget();
            break;
        case 1:
            m_now += Duration(m_random.Below(1000));
            m_table.Advance(m_now);
            Forget();
            break;
        case 2:
        case 3:
        case 4:
            Report();
            break;
        case 5:
            Dispatch();
            break;
        default:
            End();
        }
        Compare();
    }

  private:
    Observation
    SomeObservation()
    {
        static const std::vector<double> scores = {0, -0.0, 1, 1, 2, NONE, INF, -INF};
        Observation observation =
            Observe(static_cast<unsigned>(m_random.Below(12)), m_random.OneOf(scores));
        if (m_random.Chance(0.1))
        {
            observation.server.port = 81;
        }
        if (m_random.Chance(0.15))
        {
            observation.report.state = ServerState::DRAIN;
        }
        return observation;
    }

    void
    Report()
    {
        const Observation observation = SomeObservation();
        const auto known = m_agents.find(observation.id);
        const bool conflict = known != m_agents.end() &&
                              known->second.last.server != observation.server &&
                              known->second.FreshnessAt(m_now) == Freshness::FRESH;
        const auto updated = m_table.Update(observation, m_now);
        REQUIRE(static_cast<bool>(updated) == !conflict);
        if (conflict)
        {
            REQUIRE(updated.GetError().reason == RefusalReason::ID_CONFLICT);
            return;
        }
        Naive& agent = m_agents[observation.id];
        agent.last = observation;
        agent.reportedAt = m_now;
        ++agent.reports;
        agent.resting -= agent.resting > 0 ? 1 : 0;
    }

    void
    Dispatch()
    {
        if (!m_table.Candidates().empty())
        {
            const AgentIndex place = m_random.OneOf(m_table.Candidates());
            Naive& agent = m_agents.at(m_table.Get(place).id);
            m_table.OnDispatch(place, m_now);
            ++agent.inFlight;
            ++agent.dispatches;
        }
    }

    void
    End()
    {
        std::vector<AgentIndex> busy;
        for (const AgentIndex place : m_table.All())
        {
            if (m_table.Get(place).inFlight > 0)
            {
                busy.push_back(place);
            }
        }
        if (busy.empty())
        {
            return;
        }
        const AgentIndex place = m_random.OneOf(busy);
        Naive& agent = m_agents.at(m_table.Get(place).id);
        --agent.inFlight;
        ++agent.ended;
        if (m_random.Chance(0.3))
        {
            m_table.OnConnectFailure(place, m_now);
            if (agent.resting == 0)
            {
                agent.resting = std::min(1U << std::min(agent.row++, 3U), 8U);
            }
        }
        else
        {
            m_table.OnConnected(place);
            m_table.OnCompletion(place, FromSeconds(1), m_random.Chance(0.5), m_now);
            agent.row = 0;
        }
        m_table.Advance(m_now);
        Forget();
    }

    void
    Forget()
    {
        for (auto agent = m_agents.begin(); agent != m_agents.end();)
        {
            const bool gone = agent->second.FreshnessAt(m_now) == Freshness::REMOVED;
            agent = gone ? m_agents.erase(agent) : std::next(agent);
        }
    }

    void
    Compare() const
    {
        REQUIRE(m_table.Size() == m_agents.size());
        REQUIRE(m_table.All().size() == m_agents.size());
        std::vector<AgentIndex> candidates;
        for (const AgentIndex place : m_table.All())
        {
            const AgentStatus& status = m_table.Get(place);
            const Naive& agent = m_agents.at(status.id);
            REQUIRE(m_table.Find(status.id) == place);
            REQUIRE(status.server == agent.last.server);
            REQUIRE(status.freshness == agent.FreshnessAt(m_now));
            REQUIRE(status.inFlight == agent.inFlight);
            REQUIRE(status.reports == agent.reports);
            REQUIRE(status.dispatches == agent.dispatches);
            REQUIRE(status.completions + status.failures == agent.ended);
            if (agent.IsCandidate(m_now))
            {
                candidates.push_back(place);
            }
        }
        REQUIRE(m_table.Candidates() == candidates);
        if (m_table.IsIndexed())
        {
            REQUIRE(m_table.BestIndexed() == BestByScan());
        }
    }

    std::vector<AgentIndex>
    BestByScan() const
    {
        std::vector<AgentIndex> best;
        for (const AgentIndex a : m_table.Candidates())
        {
            const auto beats = [&](AgentIndex b)
            {
                const Formula& formula = m_table.GetFormula();
                return formula.Rank(m_table.Score(b, m_now)) <
                       formula.Rank(m_table.Score(a, m_now));
            };
            if (std::none_of(m_table.Candidates().begin(), m_table.Candidates().end(), beats))
            {
                best.push_back(a);
            }
        }
        return best;
    }

    SeededStream m_random;
    StatusTable m_table;
    std::map<std::string, Naive> m_agents;
    Instant m_now{};
};

} // namespace

TEST_CASE("whatever happens, the table agrees with a naive model of it")
{
    for (const char* formula : {"min: ram", "max: ram", "min: ram + inflight"})
    {
        for (std::uint64_t seed = 1; seed <= 8; ++seed)
        {
            World world(formula, seed);
            for (int step = 0; step < 1'000; ++step)
            {
                INFO(formula << ", seed " << seed << ", step " << step);
                world.Step();
            }
        }
    }
}

TEST_CASE("N agents in, N agents out, whatever their scores")
{
    for (const double score : {0.0, -0.0, 1.0, NONE, INF, -INF})
    {
        for (const char* formula : {"min: ram", "max: ram", "min: ram + 0 * inflight"})
        {
            CAPTURE(score, formula);
            StatusTable table(MakeFormula(formula), TableTiming());
            for (unsigned i = 0; i < 300; ++i)
            {
                REQUIRE(table.Update(Observe(i, score), At(0)));
            }
            CHECK(table.Size() == 300);
            CHECK(table.Candidates().size() == 300);
            CHECK((!table.IsIndexed() || table.BestIndexed().size() == 300));
        }
    }
}
