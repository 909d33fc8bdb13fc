#include "tests/catch.h"
#include "tests/model/support/samples.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

/** One agent that is dispatched to, refused, and reports every 5 s. */
struct Patient
{
    StatusTable table = MakeTable("min: rtt", 1);
    AgentIndex agent = *table.Find("agent-0");
    double now = 0;

    void
    Fail()
    {
        table.OnDispatch(agent, At(now));
        table.OnConnectFailure(agent, At(now));
    }

    bool
    IsCandidate() const
    {
        CHECK(table.Candidates() == table.BestIndexed());
        return !table.Candidates().empty();
    }

    void
    Report()
    {
        now += 5;
        table.Advance(At(now));
        REQUIRE(table.Update(Observe(0), At(now)));
    }

    /** \return how many reports it takes until the agent is a candidate again. */
    int
    ReportsUntilCandidate()
    {
        int reports = 0;
        while (!IsCandidate())
        {
            Report();
            ++reports;
        }
        return reports;
    }
};

} // namespace

TEST_CASE("an agent that refuses again and again rests for 1, 2, 4, 8 and then always 8 reports")
{
    Patient patient;
    for (const int expected : {1, 2, 4, 8, 8, 8})
    {
        patient.Fail();
        CHECK_FALSE(patient.IsCandidate());
        CHECK(patient.ReportsUntilCandidate() == expected);
    }
}

TEST_CASE("the row goes on for ever without overflow")
{
    Patient patient;
    for (int i = 0; i < 100; ++i)
    {
        patient.Fail();
        patient.ReportsUntilCandidate();
    }
    patient.Fail();
    CHECK(patient.ReportsUntilCandidate() == 8);
}

TEST_CASE("a connection that stands ends the row")
{
    Patient patient;
    patient.Fail();
    patient.ReportsUntilCandidate();
    patient.Fail();
    patient.ReportsUntilCandidate();
    patient.table.OnDispatch(patient.agent, At(patient.now));
    patient.table.OnConnected(patient.agent);
    patient.Fail();
    CHECK(patient.ReportsUntilCandidate() == 1);
}

TEST_CASE("connects that fail together are one failure: they were all dispatched before the first")
{
    Patient patient;
    for (int i = 0; i < 20; ++i)
    {
        patient.table.OnDispatch(patient.agent, At(0));
    }
    for (int i = 0; i < 20; ++i)
    {
        patient.table.OnConnectFailure(patient.agent, At(0));
    }
    CHECK(patient.table.Get(patient.agent).connectFailures == 20);
    CHECK(patient.table.Get(patient.agent).inFlight == 0);
    CHECK(patient.ReportsUntilCandidate() == 1);
    patient.Fail();
    CHECK(patient.ReportsUntilCandidate() == 2);
}

TEST_CASE("a straggler's failure does not shorten the rest")
{
    Patient patient;
    patient.Fail();
    patient.ReportsUntilCandidate();
    patient.table.OnDispatch(patient.agent, At(patient.now));
    patient.table.OnDispatch(patient.agent, At(patient.now));
    patient.table.OnConnectFailure(patient.agent, At(patient.now));
    patient.Report();
    patient.table.OnConnectFailure(patient.agent, At(patient.now));
    CHECK(patient.ReportsUntilCandidate() == 1);
}

TEST_CASE("every end of a dispatch is counted under its kind")
{
    StatusTable table = MakeTable("min: rtt", 1);
    const AgentIndex agent = *table.Find("agent-0");
    for (int i = 0; i < 4; ++i)
    {
        table.OnDispatch(agent, At(1));
    }
    table.OnCompletion(agent, FromSeconds(0.5), true, At(2));
    table.OnCompletion(agent, FromSeconds(9), false, At(2));
    table.OnConnectFailure(agent, At(2));
    const AgentStatus& status = table.Get(agent);
    CHECK(status.dispatches == 4);
    CHECK(status.inFlight == 1);
    CHECK(status.completions == 1);
    CHECK(status.failures == 2);
    CHECK(status.connectFailures == 1);
    // A failure's latency says nothing about the server's speed.
    CHECK(status.latency.Get() == 0.5);
    CHECK(status.recentFailures.Get(At(2)) == 2);
}
