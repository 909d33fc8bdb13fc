#include "model/ns3/cpu-meter.h"
#include "tests/catch.h"

using namespace sonda;
using namespace sonda::sim;
using namespace std::chrono_literals;

TEST_CASE("before the first reading an agent reports an idle machine", "[cpu-meter]")
{
    CpuMeter meter(1s, 500ms);
    meter.Advance(Instant() + 400ms, 1.0);
    CHECK(meter.UnusedPercent() == 100);
}

TEST_CASE("a reading is the average over the last completed interval", "[cpu-meter]")
{
    CpuMeter meter(1s, 0s);
    meter.Advance(Instant(), 0);
    meter.Advance(Instant() + 250ms, 1.0); // busy for a quarter
    meter.Advance(Instant() + 999ms, 0.0);
    CHECK(meter.UnusedPercent() == 100); // not complete yet
    meter.Advance(Instant() + 1000ms, 0.0);
    CHECK(meter.UnusedPercent() == Approx(75));
    meter.Advance(Instant() + 1500ms, 1.0);
    CHECK(meter.UnusedPercent() == Approx(75)); // lags
}

TEST_CASE("one long stretch fills every interval in it", "[cpu-meter]")
{
    CpuMeter meter(1s, 300ms);
    meter.Advance(Instant() + 10s, 0.25);
    CHECK(meter.UnusedPercent() == Approx(75));
    // Half of the interval that ends at 10.3 s was 0.25 busy, the rest full.
    meter.Advance(Instant() + 10300ms, 1.0);
    CHECK(meter.UnusedPercent() == Approx(100 - (0.7 * 25 + 0.3 * 100)));
}
