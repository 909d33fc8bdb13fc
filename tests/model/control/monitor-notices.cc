#include "tests/model/support/monitor-bench.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

/** A monitor that wants to be told of idle agents, after two rounds. */
struct Bench : MonitorBench
{
    Bench()
        : MonitorBench(WantsNotices())
    {
        Probe(0);
        Probe(5);
    }

    static MonitorOptions
    WantsNotices()
    {
        MonitorOptions options;
        options.noticeBelow = 1;
        return options;
    }
};

} // namespace

TEST_CASE("every request says below how many connections agents shall tell")
{
    Bench bench;
    CHECK(bench.Probe(10).below == 1U);
    CHECK(bench.ProbeAgent(11).below == 1U);
    CHECK_FALSE(MonitorBench().Probe(0).below);
}

TEST_CASE("a notice is accepted before the answer and after it, and is no answer")
{
    Bench bench;
    CHECK(bench.Notice(0, "seven", 0.1, At(0.2)) == "accepted");
    CHECK(bench.Answer(0, At(0.3)) == "accepted");
    CHECK(bench.Notice(0, "seven", 0.4, At(0.5)) == "accepted");
    CHECK(bench.Answer(0, At(0.6)) == "duplicate-response");
    CHECK(bench.monitor.NoticesAccepted() == 2);
    CHECK(bench.monitor.ResponsesAccepted() == 3);
}

TEST_CASE("an accepted notice is marked as one")
{
    Bench bench;
    bench.answer.notice = true;
    bench.answer.nonce = bench.nonces[1];
    bench.answer.hold = FromSeconds(1.5);
    const auto heard = bench.monitor.OnDatagram(Encode(bench.answer), "10.0.0.7", At(7));
    REQUIRE(heard);
    CHECK(heard->notice);
    CHECK(heard->elapsed == FromSeconds(2));
    // An answer's figures are of the request's arrival, a notice's of its own departure.
    CHECK(heard->TakenAt(At(7)) == At(6.75));
    bench.answer.notice = false;
    CHECK(bench.monitor.OnDatagram(Encode(bench.answer), "10.0.0.7", At(7))->TakenAt(At(7)) ==
          At(5.25));
}

TEST_CASE("neither a copy of a notice nor an earlier one is believed")
{
    Bench bench;
    CHECK(bench.Notice(1, "seven", 1, At(7)) == "accepted");
    CHECK(bench.Notice(1, "seven", 1, At(7)) == "duplicate-response");
    CHECK(bench.Notice(1, "seven", 0.999999, At(7)) == "duplicate-response");
    CHECK(bench.Notice(1, "seven", 1.000001, At(7)) == "accepted");
    // Each agent and each request counts for itself.
    CHECK(bench.Notice(1, "eight", 0.5, At(7)) == "accepted");
    CHECK(bench.Notice(0, "seven", 0.5, At(7)) == "accepted");
}

TEST_CASE("a notice is held to the rules of a response")
{
    Bench bench;
    CHECK(bench.Notice(0, "seven", 10.1, At(10.1)) == "unknown-nonce");
    CHECK(bench.Notice(1, "seven", 5.2, At(10.1)) == "hold-too-long");
    CHECK(bench.Notice(1, "seven", 5.1, At(10.1)) == "accepted");
}

TEST_CASE("a notice that nobody asked for is refused")
{
    MonitorBench bench;
    bench.Probe(0);
    CHECK(bench.Notice(0, "seven", 0.1, At(1)) == "unwanted-notice");
    CHECK(bench.Answer(0, At(1)) == "accepted");
}

TEST_CASE("that a server takes no more connections is believed without having asked")
{
    MonitorBench bench;
    bench.Probe(0);
    for (const auto state : {ServerState::DRAIN, ServerState::DOWN})
    {
        bench.answer.report.state = state;
        const double hold = state == ServerState::DRAIN ? 0.1 : 0.2;
        CHECK(bench.Notice(0, "seven", hold, At(1)) == "accepted");
        CHECK(bench.Notice(0, "seven", hold, At(1)) == "duplicate-response");
    }
    bench.answer.report.state = ServerState::READY;
    CHECK(bench.Notice(0, "seven", 0.3, At(1)) == "unwanted-notice");
}
