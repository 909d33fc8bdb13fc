#include "model/table/decaying.h"
#include "model/table/recent-mean.h"
#include "model/table/rtt-estimate.h"
#include "model/table/waiting-time.h"
#include "tests/catch.h"
#include "tests/model/support/samples.h"

#include <cmath>

using namespace sonda;
using namespace sonda::test;
using std::chrono::milliseconds;

TEST_CASE("the RTT estimate follows RFC 6298, section 2")
{
    RttEstimate rtt;
    CHECK_FALSE(rtt.HasSample());
    CHECK(rtt.Smoothed() == Duration(0));
    rtt.AddSample(milliseconds(100));
    CHECK(rtt.HasSample());
    CHECK(rtt.Smoothed() == milliseconds(100));
    CHECK(rtt.Least() == milliseconds(100));
    // 7/8 * 100 + 1/8 * 180.
    rtt.AddSample(milliseconds(180));
    CHECK(rtt.Smoothed() == milliseconds(110));
    CHECK(rtt.Least() == milliseconds(100));
    rtt.AddSample(milliseconds(30));
    CHECK(rtt.Smoothed() == milliseconds(100));
    CHECK(rtt.Least() == milliseconds(30));
}

TEST_CASE("a steady RTT is found from any start")
{
    RttEstimate rtt;
    rtt.AddSample(milliseconds(500));
    for (int i = 0; i < 200; ++i)
    {
        rtt.AddSample(milliseconds(2));
    }
    // 498 ms * (7/8)^200 is below a nanosecond; whole nanoseconds stop the decay at 8 of them.
    CHECK(rtt.Smoothed() - milliseconds(2) < Duration(8));
    CHECK(rtt.Smoothed() >= milliseconds(2));
    CHECK(rtt.Least() == milliseconds(2));
}

TEST_CASE("a decaying count halves every half-life")
{
    DecayingCount count(std::chrono::seconds(10));
    CHECK(count.Get(At(5)) == 0);
    count.Add(4, At(100));
    CHECK(count.Get(At(100)) == 4);
    CHECK(count.Get(At(110)) == Approx(2));
    CHECK(count.Get(At(130)) == Approx(0.5));
    count.Add(1, At(110));
    CHECK(count.Get(At(110)) == Approx(3));
    CHECK(count.Get(At(120)) == Approx(1.5));
}

TEST_CASE("a timed average forgets with its time constant")
{
    TimedAverage average(std::chrono::seconds(10));
    CHECK(average.Get() == 0);
    average.Add(8, At(50));
    CHECK(average.Get() == 8);
    average.Add(2, At(60));
    CHECK(average.Get() == Approx(2 + 6 * std::exp(-1.0)));
    // How often it is asked to add the same value makes no difference, only how much time passes.
    TimedAverage often(std::chrono::seconds(10));
    often.Add(8, At(50));
    for (int i = 1; i <= 100; ++i)
    {
        often.Add(2, At(50 + i * 0.1));
    }
    CHECK(often.Get() == Approx(average.Get()));
}

TEST_CASE("a peak average jumps up, comes down with its time constant, and fades by itself")
{
    PeakAverage peak(std::chrono::seconds(10));
    CHECK(peak.Get(At(7)) == 0);
    peak.Add(2, At(10));
    CHECK(peak.Get(At(10)) == 2);
    CHECK(peak.Get(At(20)) == Approx(2 * std::exp(-1)));
    peak.Add(8, At(20));
    CHECK(peak.Get(At(20)) == 8);
    peak.Add(1, At(30));
    CHECK(peak.Get(At(30)) == Approx(1 + 7 * std::exp(-1)));
}

TEST_CASE("a sample average weighs every sample alike, the first one whole")
{
    SampleAverage average(0.25);
    CHECK(average.IsEmpty());
    CHECK(average.Get() == 0);
    average.Add(8);
    CHECK(average.Get() == 8);
    average.Add(4);
    CHECK(average.Get() == 7);
    CHECK_FALSE(average.IsEmpty());
}

TEST_CASE("a recent mean is that of the last 100 samples, for ever")
{
    RecentMean mean;
    CHECK(mean.Get() == 0);
    mean.Add(4);
    mean.Add(8);
    CHECK(mean.Get() == 6);
    for (int i = 0; i < 100'000; ++i)
    {
        mean.Add(i % 2 == 0 ? 1e9 : 0.1);
    }
    for (int i = 1; i <= 100; ++i)
    {
        mean.Add(i * 1e-3);
    }
    CHECK(mean.Get() == Approx(0.0505).epsilon(1e-6));
}

TEST_CASE("the waiting time is the mean age of what is in flight")
{
    WaitingTime waiting;
    CHECK(waiting.Get(At(3)) == 0);
    waiting.Begin(At(10));
    waiting.Begin(At(14));
    CHECK(waiting.Get(At(14)) == Approx(2));
    CHECK(waiting.Get(At(20)) == Approx(8));
    waiting.End(FromSeconds(10), At(20));
    CHECK(waiting.Get(At(20)) == Approx(6));
    waiting.Begin(At(22));
    waiting.EndOne(At(24));
    CHECK(waiting.Get(At(24)) == Approx(6));
    waiting.EndOne(At(24));
    CHECK(waiting.Get(At(30)) == 0);
    waiting.Begin(At(40));
    CHECK(waiting.Get(At(41)) == Approx(1));
}
