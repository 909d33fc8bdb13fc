#include "model/table/score-inputs.h"
#include "tests/catch.h"
#include "tests/model/support/samples.h"

#include <cmath>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** A notice of agent 0 that was sent \p hold seconds after the request's arrival. */
Observation
Notice(double ram, double hold)
{
    Observation notice = Observe(0, ram);
    notice.notice = true;
    notice.hold = FromSeconds(hold);
    notice.elapsed = FromSeconds(hold + 0.5);
    return notice;
}

} // namespace

TEST_CASE("a notice brings its figures, and no RTT")
{
    StatusTable table = MakeTable("min: ram", 1);
    table.Update(Notice(7, 1), At(3));
    const AgentStatus& status = table.Get(0);
    CHECK(status.report.ram == 7);
    CHECK(status.reportedAt == At(3));
    CHECK(status.reports == 2);
    CHECK(status.elapsed == FromSeconds(1e-3));
    CHECK(status.rtt.Smoothed() == FromSeconds(1e-3));
    CHECK(status.rtt.Least() == FromSeconds(1e-3));
    CHECK(table.Score(0, At(3)) == 7);
}

TEST_CASE("of an agent that is known by a notice alone the RTT is not known")
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    REQUIRE(table.Update(Notice(7, 1), At(3)));
    CHECK(table.Candidates().size() == 1);
    for (const auto variable : {Variable::RTT, Variable::RTT_MIN, Variable::ELAPSED})
    {
        CHECK(std::isnan(ValueOf(variable, table.Get(0), At(3))));
    }
    table.Update(Observe(0), At(4));
    CHECK(ValueOf(Variable::RTT, table.Get(0), At(4)) == Approx(1e-3));
}

TEST_CASE("an answer that was held does not replace figures that were taken later")
{
    StatusTable table = MakeTable("min: ram", 1);
    Observation held = Observe(0, 5);
    held.hold = FromSeconds(2);
    held.elapsed = FromSeconds(2.1);
    table.Update(Notice(7, 1), At(10));
    table.Update(held, At(10.5));
    CHECK(table.Get(0).report.ram == 7);
    // The rest of it counts: the agent lives, and its RTT is measured.
    CHECK(table.Get(0).reportedAt == At(10.5));
    CHECK(table.Get(0).elapsed == FromSeconds(2.1));
    CHECK(table.Get(0).reports == 3);
    table.Update(held, At(12.5));
    CHECK(table.Get(0).report.ram == 5);
    CHECK(table.Score(0, At(12.5)) == 5);
}

TEST_CASE("an agent that moved brings its own figures, however late")
{
    StatusTable table = MakeTable("min: ram", 1);
    table.Update(Notice(7, 1), At(10));
    table.Advance(At(20));
    Observation held = Observe(0, 5);
    held.server.port = 81;
    held.hold = FromSeconds(15);
    held.elapsed = FromSeconds(15);
    REQUIRE(table.Update(held, At(20)));
    CHECK(table.Get(0).report.ram == 5);
}

TEST_CASE("notices do not shorten the rest after a failed connect")
{
    StatusTable table = MakeTable("min: ram", 2);
    table.OnDispatch(0, At(1));
    table.OnConnectFailure(0, At(1));
    REQUIRE(table.Candidates().size() == 1);
    table.Update(Notice(7, 1), At(2));
    CHECK(table.Candidates().size() == 1);
    table.Update(Observe(0), At(3));
    CHECK(table.Candidates().size() == 2);
}

TEST_CASE("the table knows from where an agent answers")
{
    StatusTable table(MakeFormula("min: ram"), TableTiming());
    Observation observation = Observe(0);
    observation.source = "10.9.9.9";
    table.Update(observation, At(0));
    CHECK(table.Get(0).source == "10.9.9.9");
}
