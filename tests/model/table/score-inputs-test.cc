#include "model/table/score-inputs.h"
#include "tests/catch.h"
#include "tests/model/support/samples.h"

#include <cmath>

using namespace sonda;
using namespace sonda::test;

TEST_CASE("every variable is taken from its place, in its unit")
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    Observation observation = Observe(0);
    observation.report.ram = 1;
    observation.report.ramTotal = 2;
    observation.report.cpu = 3;
    observation.report.cpu10s = 3.5;
    observation.report.serviceTime = 0.25;
    observation.report.rate = 40;
    observation.report.cores = 4;
    observation.report.load1 = 5;
    observation.report.inFlight = 6;
    observation.report.weight = 7;
    observation.elapsed = FromSeconds(0.75);
    observation.hold = FromSeconds(0.5);
    const AgentIndex agent = *table.Update(observation, At(10));
    for (int i = 0; i < 3; ++i)
    {
        table.OnDispatch(agent, At(10));
    }
    table.OnCompletion(agent, FromSeconds(8), true, At(10));
    table.OnCompletion(agent, FromSeconds(8), false, At(12));
    const auto value = [&](Variable variable)
    { return ValueOf(variable, table.Get(agent), At(12)); };
    CHECK(value(Variable::RAM) == 1);
    CHECK(value(Variable::RAM_TOTAL) == 2);
    CHECK(value(Variable::CPU) == 3);
    CHECK(value(Variable::CPU_10S) == 3.5);
    CHECK(value(Variable::SERVICE) == 0.25);
    CHECK(value(Variable::RATE) == 40);
    CHECK(value(Variable::CORES) == 4);
    CHECK(value(Variable::LOAD) == 5);
    CHECK(value(Variable::REPORTED) == 6);
    CHECK(value(Variable::WEIGHT) == 7);
    CHECK(value(Variable::ELAPSED) == 0.75);
    CHECK(value(Variable::RTT) == 0.25);
    CHECK(value(Variable::RTT_MIN) == 0.25);
    CHECK(value(Variable::AGE) == 2);
    CHECK(value(Variable::KNOWN) == 2);
    CHECK(value(Variable::IDLE) == 2);
    CHECK(value(Variable::INFLIGHT) == 1);
    CHECK(value(Variable::SENT) == 3);
    CHECK(value(Variable::DONE) == 2);
    CHECK(value(Variable::LATENCY) == 8);
    CHECK(value(Variable::FAILURES) == 1);
}

TEST_CASE("what an agent does not report is not known, which is not zero")
{
    StatusTable table = MakeTable("min: rtt", 1);
    const AgentStatus& status = table.Get(*table.Find("agent-0"));
    for (const auto variable : {Variable::RAM_TOTAL,
                                Variable::CPU_10S,
                                Variable::CORES,
                                Variable::LOAD,
                                Variable::SERVICE,
                                Variable::RATE,
                                Variable::REPORTED})
    {
        CHECK(std::isnan(ValueOf(variable, status, At(0))));
    }
    // The documented defaults.
    CHECK(ValueOf(Variable::WEIGHT, status, At(0)) == 1);
    for (const auto variable : {Variable::LATENCY,
                                Variable::LATENCY_PEAK,
                                Variable::LATENCY_STEADY,
                                Variable::LATENCY_MEAN})
    {
        CHECK(ValueOf(variable, status, At(0)) == 0);
    }
    CHECK(ValueOf(Variable::WAITING, status, At(0)) == 0);
    CHECK(ValueOf(Variable::FAILURES, status, At(0)) == 0);
}
