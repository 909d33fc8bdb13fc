#include "model/metrics/arrival-series.h"
#include "tests/catch.h"
#include "tests/model/support/seeded-stream.h"

#include <map>

using namespace sonda;
using namespace sonda::test;
using namespace std::chrono_literals;

TEST_CASE("a short series keeps its millisecond bins")
{
    ArrivalSeries series;
    series.Add(0ms, 10ms, true);
    series.Add(2500us, 20ms, true);
    series.Add(2600us, 40ms, true);
    series.Add(2700us, 0ms, false);
    REQUIRE(series.Step() == 1ms);
    REQUIRE(series.Bins().size() == 3);
    CHECK(series.Bins()[0].answered == 1);
    CHECK(series.Bins()[1].answered == 0);
    CHECK(series.Bins()[2].answered == 2);
    CHECK(series.Bins()[2].failures == 1);
    CHECK(series.Bins()[2].sumS == Approx(0.06));
}

TEST_CASE("bins join in pairs until the last arrival fits, and nothing is lost")
{
    const std::uint64_t seed = 11;
    CAPTURE(seed);
    SeededStream random(seed);
    ArrivalSeries series;
    std::map<std::int64_t, std::pair<std::uint64_t, double>> expected;
    std::vector<std::pair<Duration, Duration>> requests;
    for (int i = 0; i < 20'000; ++i)
    {
        requests.emplace_back(FromSeconds(random.Between(0, 100)),
                              FromSeconds(random.Between(0, 2)));
        series.Add(requests.back().first, requests.back().second, true);
    }
    // 100 s in at most 1,000 bins: 1 ms doubled seven times.
    REQUIRE(series.Step() == 128ms);
    CHECK(series.Bins().size() <= ArrivalSeries::MOST_BINS);
    CHECK(series.Bins().size() > ArrivalSeries::MOST_BINS / 2);
    for (const auto& [arrival, time] : requests)
    {
        auto& [count, sum] = expected[arrival / series.Step()];
        ++count;
        sum += ToSeconds(time);
    }
    for (std::size_t i = 0; i < series.Bins().size(); ++i)
    {
        CAPTURE(i);
        const auto& [count, sum] = expected[static_cast<std::int64_t>(i)];
        CHECK(series.Bins()[i].answered == count);
        CHECK(series.Bins()[i].sumS == Approx(sum).margin(1e-9));
    }
}

TEST_CASE("an arrival at the edge of the last bin joins pairs, one before does not")
{
    ArrivalSeries series;
    series.Add(1s - 1ns, 1ms, true);
    CHECK(series.Step() == 1ms);
    CHECK(series.Bins().size() == 1000);
    series.Add(1s, 1ms, true);
    CHECK(series.Step() == 2ms);
    CHECK(series.Bins().size() == 501);
    CHECK(series.Bins()[499].answered == 1);
    CHECK(series.Bins()[500].answered == 1);
}
