#include "tests/model/support/monitor-bench.h"

#include <limits>
#include <stdexcept>

using namespace sonda;
using namespace sonda::test;

namespace
{

MonitorOptions
InSlices(std::uint32_t slices)
{
    MonitorOptions options;
    options.slices = slices;
    return options;
}

} // namespace

TEST_CASE("with k slices a request is due every k-th of the interval, for one slice after another")
{
    MonitorBench bench(InSlices(4));
    double second = 0;
    for (int round = 0; round < 3; ++round)
    {
        for (std::uint32_t residue = 0; residue < 4; ++residue)
        {
            const ProbeRequest request = bench.Probe(second);
            REQUIRE(request.slice);
            CHECK(request.slice->modulus == 4);
            CHECK(request.slice->residue == residue);
            second += 1.25;
            CHECK(bench.monitor.NextProbe() == At(second));
        }
    }
    CHECK(bench.monitor.ProbesSent() == 12);
}

TEST_CASE("with a lead all rounds but the first come early by a share of the interval")
{
    MonitorOptions options;
    options.lead = 0.25;
    MonitorBench bench(options);
    for (const double second : {0.0, 3.75, 8.75, 13.75})
    {
        CHECK(bench.monitor.NextProbe() == At(second));
        bench.Probe(second);
    }
}

TEST_CASE("with a lead of whole slices a later one is the first, and the gaps stay")
{
    MonitorOptions options = InSlices(4);
    options.lead = 0.625; // two slices and a half
    MonitorBench bench(options);
    const double seconds[] = {0, 0.625, 1.875, 3.125, 4.375};
    const std::uint32_t residues[] = {2, 3, 0, 1, 2};
    for (int i = 0; i < 5; ++i)
    {
        CHECK(bench.monitor.NextProbe() == At(seconds[i]));
        CHECK(bench.Probe(seconds[i]).slice->residue == residues[i]);
    }
}

TEST_CASE("a slice's nonce is good for two whole intervals")
{
    MonitorBench bench(InSlices(4));
    for (int i = 0; i < 12; ++i)
    {
        bench.Probe(1.25 * i);
    }
    CHECK(bench.Answer(2, At(13.75)) == "unknown-nonce");
    CHECK(bench.Answer(3, At(13.75)) == "accepted");
    CHECK(bench.Answer(3, At(13.75)) == "duplicate-response");
}

TEST_CASE("without slices a request names none")
{
    CHECK_FALSE(MonitorBench().Probe(0).slice);
}

TEST_CASE("options that contradict each other make no monitor")
{
    CHECK_THROWS_AS(MonitorBench(InSlices(0)), std::invalid_argument);
    for (const double lead : {-0.1, 1.0, std::numeric_limits<double>::quiet_NaN()})
    {
        MonitorOptions options;
        options.lead = lead;
        CHECK_THROWS_AS(MonitorBench(options), std::invalid_argument);
    }
    CHECK_THROWS_AS(MonitorBench(InSlices(MAX_SLICES + 1)), std::invalid_argument);
    MonitorOptions options = InSlices(3);
    options.interval = Duration(3);
    CHECK_FALSE(CheckMonitorOptions(options));
    // With less than a nanosecond for each it would ask for ever at one moment.
    options.interval = Duration(2);
    CHECK_THROWS_AS(MonitorBench(options), std::invalid_argument);
    options = InSlices(2);
    options.baseForm = true;
    CHECK_THROWS_AS(MonitorBench(options), std::invalid_argument);
    options = MonitorOptions();
    options.baseForm = true;
    options.noticeBelow = 1;
    CHECK_THROWS_AS(MonitorBench(options), std::invalid_argument);
}

TEST_CASE("a request for one agent has its own nonce, is not held, and disturbs no round")
{
    MonitorBench bench;
    bench.Probe(0);
    const ProbeRequest single = bench.ProbeAgent(1);
    CHECK(single.windowMs == 0U);
    CHECK_FALSE(single.slice);
    CHECK(bench.nonces[0] != bench.nonces[1]);
    CHECK(bench.monitor.NextProbe() == At(5));
    CHECK(bench.monitor.ProbesSent() == 1);
    CHECK(bench.monitor.SingleProbesSent() == 1);

    bench.answer.nonce = bench.nonces[1];
    bench.answer.hold = FromSeconds(0.25);
    const auto heard = bench.monitor.OnDatagram(Encode(bench.answer), "10.0.0.9", At(2));
    REQUIRE(heard);
    CHECK(heard->elapsed == FromSeconds(1));
    CHECK(heard->Rtt() == FromSeconds(0.75));
    CHECK(heard->source == "10.0.0.9");
    CHECK(bench.Answer(0, At(2)) == "accepted");
    CHECK(bench.Answer(1, At(2)) == "duplicate-response");
    CHECK(bench.Answer(1, At(11) + Duration(1)) == "unknown-nonce");
}

TEST_CASE("a request for one agent is answered by one agent")
{
    MonitorBench bench;
    bench.ProbeAgent(0);
    CHECK(bench.Answer(0, At(1)) == "accepted");
    bench.answer.id = "eight";
    CHECK(bench.Answer(0, At(1)) == "duplicate-response");
}

TEST_CASE("a base-form response belongs to the last round, whoever was asked alone since then")
{
    MonitorBench bench;
    const std::string base =
        R"({"tipo":"probe response","RAM":1,"CPU":1,"IP":"10.0.0.7","Door":80})";
    bench.ProbeAgent(0);
    CHECK(bench.Hear(base, "10.0.0.7", At(0.1)) == "no-request");
    bench.Probe(1);
    bench.ProbeAgent(2);
    const auto heard = bench.monitor.OnDatagram(base, "10.0.0.7", At(3));
    REQUIRE(heard);
    CHECK(heard->elapsed == FromSeconds(2));
    CHECK(bench.Hear(base, "10.0.0.7", At(3)) == "duplicate-response");
}

TEST_CASE("many single requests are told apart and forgotten in time")
{
    MonitorBench bench;
    constexpr int perSecond = 2'000;
    for (int i = 0; i < 20 * perSecond; ++i)
    {
        const double second = static_cast<double>(i) / perSecond;
        bench.ProbeAgent(second);
        if (i % 97 == 0)
        {
            // Half an interval old, and more than two intervals old.
            CHECK((i < 5'000 || bench.Answer(i - 5'000, At(second)) == "accepted"));
            CHECK((i < 20'001 || bench.Answer(i - 20'001, At(second)) == "unknown-nonce"));
        }
    }
    CHECK(bench.monitor.SingleProbesSent() == 20 * perSecond);
}
