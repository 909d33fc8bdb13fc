#include "model/ns3/load-meter.h"
#include "tests/catch.h"

#include <cmath>

using namespace sonda;
using namespace sonda::sim;
using namespace std::chrono_literals;

TEST_CASE("before the first reading an agent reports an idle machine", "[load-meter]")
{
    LoadMeter meter(1s, 500ms);
    meter.Advance(Instant() + 400ms, 1.0);
    CHECK(meter.UnusedPercent() == 100);
}

TEST_CASE("a reading is the average over the last completed interval", "[load-meter]")
{
    LoadMeter meter(1s, 0s);
    meter.Advance(Instant(), 0);
    meter.Advance(Instant() + 250ms, 1.0); // busy for a quarter
    meter.Advance(Instant() + 999ms, 0.0);
    CHECK(meter.UnusedPercent() == 100); // not complete yet
    meter.Advance(Instant() + 1000ms, 0.0);
    CHECK(meter.UnusedPercent() == Approx(75));
    meter.Advance(Instant() + 1500ms, 1.0);
    CHECK(meter.UnusedPercent() == Approx(75)); // lags
}

TEST_CASE("one long stretch fills every interval in it", "[load-meter]")
{
    LoadMeter meter(1s, 300ms);
    meter.Advance(Instant() + 10s, 0.25);
    CHECK(meter.UnusedPercent() == Approx(75));
    // Half of the interval that ends at 10.3 s was 0.25 busy, the rest full.
    meter.Advance(Instant() + 10300ms, 1.0);
    CHECK(meter.UnusedPercent() == Approx(100 - (0.7 * 25 + 0.3 * 100)));
}

TEST_CASE("the smoothed reading forgets with 10 s", "[load-meter]")
{
    LoadMeter meter(1s, 0s);
    CHECK_FALSE(meter.SmoothedUnusedPercent());
    meter.Advance(Instant(), 0);
    CHECK(meter.SmoothedUnusedPercent() == 100);
    meter.Advance(Instant() + 1s, 1);
    CHECK(*meter.SmoothedUnusedPercent() == Approx(100 * std::exp(-0.1)));
    meter.Advance(Instant() + 20s, 1); // one stretch, as good as twenty
    CHECK(*meter.SmoothedUnusedPercent() == Approx(100 * std::exp(-2.0)));
}

TEST_CASE("completions are counted over the last completed interval", "[load-meter]")
{
    LoadMeter meter(500ms, 0s);
    meter.Advance(Instant(), 0);
    CHECK(meter.CompletionRate() == 0);
    CHECK_FALSE(meter.ServiceTime());
    meter.Advance(Instant() + 100ms, 1);
    meter.OnCompletion(30ms);
    meter.OnCompletion(50ms);
    CHECK_FALSE(meter.ServiceTime()); // not complete yet
    meter.Advance(Instant() + 500ms, 1);
    meter.OnCompletion(1s); // belongs to the next interval
    CHECK(meter.CompletionRate() == 4);
    CHECK(*meter.ServiceTime() == Approx(0.04));
    meter.Advance(Instant() + 1000ms, 1);
    CHECK(meter.CompletionRate() == 2);
    CHECK(*meter.ServiceTime() == Approx(1));
    // Nothing was completed since: the rate falls to 0, how long the last ones took stays known.
    meter.Advance(Instant() + 5s, 0);
    CHECK(meter.CompletionRate() == 0);
    CHECK(*meter.ServiceTime() == Approx(1));
}
