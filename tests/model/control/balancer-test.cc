#include "model/control/balancer.h"
#include "tests/catch.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <vector>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** Picks the first candidate and writes down what it is told and what the table says then. */
class Recorder : public Policy
{
  public:
    explicit Recorder(std::vector<std::string>& told)
        : m_told(told)
    {
    }

    std::optional<AgentIndex>
    Pick(const StatusTable& table, Instant, RandomStream&) override
    {
        return table.Candidates().empty() ? std::nullopt
                                          : std::make_optional(table.Candidates().front());
    }

    void
    OnDispatch(const StatusTable& table, AgentIndex agent, Instant) override
    {
        Tell("dispatch", table.Get(agent));
    }

    void
    OnCompletion(const StatusTable& table, AgentIndex agent, const Ending&, Instant) override
    {
        Tell("completion", table.Get(agent));
    }

  private:
    void
    Tell(const std::string& event, const AgentStatus& status)
    {
        m_told.push_back(event + " " + status.id + " in flight " + std::to_string(status.inFlight) +
                         " failures " + std::to_string(status.failures));
    }

    std::vector<std::string>& m_told;
};

} // namespace

TEST_CASE("the policy is told every dispatch and its end, when the counters show it already")
{
    std::vector<std::string> told;
    Balancer balancer(MakeFormula("min: rtt"), std::make_unique<Recorder>(told), TableTiming());
    SeededStream random(1);
    CHECK_FALSE(balancer.Dispatch(At(0), random));
    balancer.Update(Observe(0), At(0));
    const AgentIndex agent = balancer.Dispatch(At(1), random).value();
    balancer.Dispatch(At(1), random);
    balancer.Connected(agent);
    balancer.Ended(agent, Ending::Completed(FromSeconds(1), true), At(2));
    balancer.Ended(agent, Ending::ConnectFailed(), At(3));
    CHECK(told == std::vector<std::string>{"dispatch agent-0 in flight 1 failures 0",
                                           "dispatch agent-0 in flight 2 failures 0",
                                           "completion agent-0 in flight 1 failures 0",
                                           "completion agent-0 in flight 0 failures 1"});
}

TEST_CASE("a client that leaves early is neither a success nor a failure of the agent")
{
    std::vector<std::string> told;
    Balancer balancer(MakeFormula("min: rtt"), std::make_unique<Recorder>(told), TableTiming());
    SeededStream random(1);
    balancer.Update(Observe(0), At(0));
    const AgentIndex agent = balancer.Dispatch(At(1), random).value();
    balancer.Ended(agent, Ending::Abandoned(), At(2));
    const AgentStatus& status = balancer.Table().Get(agent);
    CHECK(status.inFlight == 0);
    CHECK(status.abandoned == 1);
    CHECK(status.completions + status.failures == 0);
    CHECK(status.latency.Get() == 0);
    CHECK(balancer.Table().Candidates().size() == 1);
    CHECK(told.back() == "completion agent-0 in flight 0 failures 0");
}

TEST_CASE("the policy still sees an agent that goes with its last connection")
{
    for (const bool connected : {true, false})
    {
        std::vector<std::string> told;
        Balancer balancer(MakeFormula("min: rtt"), std::make_unique<Recorder>(told), TableTiming());
        SeededStream random(1);
        balancer.Update(Observe(0), At(0));
        const AgentIndex agent = balancer.Dispatch(At(1), random).value();
        balancer.Advance(At(60));
        REQUIRE(balancer.Table().Size() == 1);
        if (connected)
        {
            balancer.Ended(agent, Ending::Completed(FromSeconds(60), true), At(61));
        }
        else
        {
            balancer.Ended(agent, Ending::ConnectFailed(), At(61));
        }
        CHECK(told.back().find("completion agent-0 in flight 0") == 0);
        CHECK(balancer.Table().Size() == 0);
    }
}

TEST_CASE("a dispatch ages the agents first")
{
    std::vector<std::string> told;
    Balancer balancer(MakeFormula("min: rtt"), std::make_unique<Recorder>(told), TableTiming());
    SeededStream random(1);
    balancer.Update(Observe(0), At(0));
    CHECK_FALSE(balancer.Dispatch(At(17.5), random));
    CHECK(told.empty());
}

TEST_CASE("a refused connect goes to the next best agent, until nobody is left")
{
    Balancer balancer(MakeFormula("min: ram"), std::move(*MakePolicy("head")), TableTiming());
    SeededStream random(1);
    for (unsigned i = 0; i < 3; ++i)
    {
        balancer.Update(Observe(i, i), At(0));
    }
    for (AgentIndex expected = 0; expected < 3; ++expected)
    {
        const auto pick = balancer.Dispatch(At(1), random);
        REQUIRE(pick == expected);
        balancer.Ended(*pick, Ending::ConnectFailed(), At(1));
    }
    CHECK_FALSE(balancer.Dispatch(At(1), random));
    balancer.Update(Observe(1, 1), At(5));
    CHECK(balancer.Dispatch(At(5), random) == 1U);
}
