#include "model/control/balancer.h"
#include "model/scoring/catalogue.h"
#include "tests/catch.h"
#include "tests/model/support/chi-square.h"
#include "tests/model/support/picks.h"

#include <algorithm>
#include <limits>
#include <set>

using namespace sonda;
using namespace sonda::test;

namespace
{

const FixedOracle EMPTY;

/** Every policy, some with more than one parameter and with each rule about age that they take. */
std::vector<std::string>
Policies()
{
    std::vector<std::string> all = {"sample:1", "sample:64", "top:1", "prequal:0", "prequal:1"};
    for (const auto& info : AllPolicies())
    {
        all.push_back(info.example);
        if (info.ageing != Ageing::NONE)
        {
            all.push_back(info.example + "@cut-off:3");
        }
        if (info.ageing == Ageing::ALL)
        {
            all.push_back(info.example + "@decay:5");
            all.push_back(info.example + "@penalty:5");
        }
    }
    return all;
}

const std::vector<std::string> FORMULAS = {"min: ram",
                                           "max: ram",
                                           "min: ram + 0 * inflight",
                                           "max: ram - 0 * age",
                                           "min: 0"};

bool
IsCandidate(const StatusTable& table, AgentIndex agent)
{
    const auto& candidates = table.Candidates();
    return std::count(candidates.begin(), candidates.end(), agent) == 1;
}

/** Agents 0 and up, one for each value of `ram`, all seen at time 0. */
void
Fill(Balancer& balancer, const std::vector<double>& ram)
{
    unsigned number = 0;
    for (const double value : ram)
    {
        balancer.Update(Observe(number++, value), At(0));
    }
}

/**
 * Dispatches a connection that stands and ends well, so that a policy which learns in OnDispatch()
 * or OnCompletion() is asked as it is in life. \return who got it
 */
AgentIndex
ServeOne(Balancer& balancer, Instant now, RandomStream& random)
{
    const auto agent = balancer.Dispatch(now, random);
    REQUIRE(agent);
    balancer.Connected(*agent);
    balancer.Ended(*agent, Ending::Completed(FromSeconds(0.1), true), now);
    return *agent;
}

/** \return whether the policy's rule is to pick the same agent every time. */
bool
IsAlwaysTheSame(const std::string& policy)
{
    return policy.find("head") == 0 || policy == "dictionary";
}

/**
 * \return whether the policy draws on HAProxy's ring, on which equal weights have unequal arcs: a
 *         recording of the program holds it (golden-test.cc)
 */
bool
IsUneven(const std::string& policy)
{
    return policy.substr(0, policy.find_first_of(":@")) == "haproxy-random";
}

/** One random life of a balancer; every pick must be a candidate. */
class Life
{
  public:
    Life(const std::string& policy, const std::string& formula, std::uint64_t seed)
        : m_random(seed),
          m_balancer(MakeFormula(formula), Make(policy, &EMPTY), TableTiming())
    {
    }

    void
    Step()
    {
        m_now += FromSeconds(m_random.Between(0, 2));
        switch (m_random.Below(6))
        {
        case 0:
            m_now += FromSeconds(m_random.Chance(0.2) ? 60 : 0);
            m_balancer.Advance(m_now);
            break;
        case 1:
        case 2:
            Report();
            break;
        case 3:
            End();
            break;
        default:
            Dispatch();
        }
    }

    int dispatched{0};

  private:
    void
    Report()
    {
        static const std::vector<double> scores =
            {0, -0.0, 1, 2, -3, std::nan(""), std::numeric_limits<double>::infinity()};
        Observation observation =
            Observe(static_cast<unsigned>(m_random.Below(12)), m_random.OneOf(scores));
        observation.report.inFlight = static_cast<std::uint32_t>(m_random.Below(5));
        observation.report.weight = m_random.OneOf(std::vector<double>{1, 1, 1, 5, 0.3, 1e6, 1e-6});
        observation.report.serviceTime = m_random.Chance(0.5) ? std::nullopt : std::optional(0.1);
        observation.report.state = m_random.Chance(0.1) ? ServerState::DRAIN : ServerState::READY;
        observation.notice = m_random.Chance(0.3);
        m_balancer.Update(observation, m_now);
    }

    void
    Dispatch()
    {
        m_balancer.Advance(m_now);
        const bool anybody = !m_balancer.Table().Candidates().empty();
        const auto agent = m_balancer.Dispatch(m_now, m_random);
        REQUIRE(agent.has_value() == anybody);
        if (agent)
        {
            REQUIRE(IsCandidate(m_balancer.Table(), *agent));
            m_running.push_back(*agent);
            ++dispatched;
        }
        std::vector<AgentIndex> wanted;
        m_balancer.WantedProbes(m_now, m_random, wanted);
        for (const auto probed : wanted)
        {
            REQUIRE(IsCandidate(m_balancer.Table(), probed));
        }
    }

    void
    End()
    {
        if (m_running.empty())
        {
            return;
        }
        const std::size_t place = m_random.Below(m_running.size());
        const AgentIndex agent = m_running[place];
        m_running.erase(m_running.begin() + static_cast<std::ptrdiff_t>(place));
        switch (m_random.Below(4))
        {
        case 0:
            m_balancer.Ended(agent, Ending::ConnectFailed(), m_now);
            break;
        case 1:
            m_balancer.Ended(agent, Ending::Abandoned(), m_now);
            break;
        default:
            m_balancer.Ended(agent,
                             Ending::Completed(FromSeconds(0.1), m_random.Chance(0.8)),
                             m_now);
        }
    }

    SeededStream m_random;
    Balancer m_balancer;
    Instant m_now{};
    std::vector<AgentIndex> m_running;
};

} // namespace

TEST_CASE("with no candidate there is no pick")
{
    for (const auto& policy : Policies())
    {
        for (const auto& formula : FORMULAS)
        {
            CAPTURE(policy, formula);
            SeededStream random(1);
            Balancer balancer(MakeFormula(formula), Make(policy, &EMPTY), TableTiming());
            CHECK_FALSE(balancer.Dispatch(At(1), random));
            if (!balancer.GetPolicy().Expires())
            {
                continue;
            }
            Fill(balancer, {1, 1, 1});
            CHECK(balancer.Dispatch(At(1), random));
            CHECK_FALSE(balancer.Dispatch(At(20), random));
        }
    }
}

TEST_CASE("a pick is always a candidate, whatever the scores and whatever the luck")
{
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    constexpr double inf = std::numeric_limits<double>::infinity();
    for (const auto& policy : Policies())
    {
        for (const auto& formula : FORMULAS)
        {
            for (const double luck : {0.0, 0.5, 0.9999999999999999})
            {
                ConstantStream random(luck);
                Balancer balancer(MakeFormula(formula), Make(policy, &EMPTY), TableTiming());
                Fill(balancer, {none, inf, -inf, 0.0, none, 1.0, -1.0});
                balancer.SetDrained(3, true, At(0));
                REQUIRE(balancer.Table().Candidates().size() == 6);
                for (int i = 0; i < 10; ++i)
                {
                    CAPTURE(policy, formula, luck);
                    CHECK(IsCandidate(balancer.Table(), ServeOne(balancer, At(1), random)));
                }
            }
        }
    }
}

TEST_CASE("when no score is known every agent is still picked from")
{
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    for (const auto& policy : Policies())
    {
        if (IsAlwaysTheSame(policy))
        {
            continue;
        }
        SeededStream random(5);
        Balancer balancer(MakeFormula("min: ram"), Make(policy, &EMPTY), TableTiming());
        Fill(balancer, {none, none, none, none});
        std::set<AgentIndex> picked;
        for (int i = 0; i < 400; ++i)
        {
            picked.insert(ServeOne(balancer, At(1), random));
        }
        CAPTURE(policy);
        CHECK(picked.size() == 4);
    }
}

TEST_CASE("equals get equal shares")
{
    constexpr int picks = 24'000;
    constexpr std::uint64_t seed = 6;
    for (const auto& policy : Policies())
    {
        if (IsAlwaysTheSame(policy) || IsUneven(policy))
        {
            continue;
        }
        SeededStream random(seed);
        Balancer balancer(MakeFormula("min: 1 + reported"), Make(policy, &EMPTY), TableTiming());
        for (unsigned i = 0; i < 6; ++i)
        {
            Observation observation = Observe(i);
            observation.report.inFlight = 2;
            balancer.Update(observation, At(0));
        }
        std::vector<std::uint64_t> counts(6);
        for (int i = 0; i < picks; ++i)
        {
            ++counts.at(ServeOne(balancer, At(1), random));
        }
        CAPTURE(policy, seed);
        CHECK(ChiSquare(counts, std::vector<double>(6, picks / 6)) < ChiSquareBound(5));
    }
}

TEST_CASE("whatever happens to agents and connections, picks and wanted probes are candidates")
{
    for (const auto& policy : Policies())
    {
        for (const auto& formula : {"min: ram", "max: 1 + inflight"})
        {
            for (std::uint64_t seed = 1; seed <= 3; ++seed)
            {
                Life life(policy, formula, seed);
                for (int step = 0; step < 400; ++step)
                {
                    INFO(policy << ", " << formula << ", seed " << seed << ", step " << step);
                    life.Step();
                }
                CHECK(life.dispatched > 50);
            }
        }
    }
}
