#include "model/table/decaying.h"
#include "model/table/rtt-estimate.h"
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
    CHECK(rtt.Deviation() == milliseconds(50));
    CHECK(rtt.Least() == milliseconds(100));
    // RTTVAR first, with the old SRTT: 3/4 * 50 + 1/4 * |100 - 180|; SRTT: 7/8 * 100 + 1/8 * 180.
    rtt.AddSample(milliseconds(180));
    CHECK(rtt.Deviation() == Duration(57'500'000));
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
