#include "model/metrics/log-histogram.h"
#include "tests/catch.h"
#include "tests/model/support/seeded-stream.h"

#include <algorithm>
#include <cmath>

using namespace sonda;
using namespace sonda::test;

namespace
{

constexpr double WIDTH = 0.02;

/** Response times as they come: most of them short, a long tail. */
double
SomeTime(SeededStream& random)
{
    return 0.01 * std::exp(random.Between(-8, 8) * random.Uniform());
}

LogHistogram
Filled(std::uint64_t seed, int values)
{
    SeededStream random(seed);
    LogHistogram histogram;
    for (int i = 0; i < values; ++i)
    {
        histogram.Add(SomeTime(random));
    }
    return histogram;
}

void
RequireSame(const LogHistogram& a, const LogHistogram& b)
{
    REQUIRE(a.Count() == b.Count());
    REQUIRE(a.Mean() == Approx(b.Mean()).epsilon(1e-12));
    const auto first = a.Buckets();
    const auto second = b.Buckets();
    REQUIRE(first.size() == second.size());
    for (std::size_t i = 0; i < first.size(); ++i)
    {
        REQUIRE(first[i].low == second[i].low);
        REQUIRE(first[i].high == second[i].high);
        REQUIRE(first[i].count == second[i].count);
    }
    for (const double p : {0.0, 0.5, 0.99, 1.0})
    {
        REQUIRE(a.Quantile(p) == b.Quantile(p));
    }
}

} // namespace

TEST_CASE("a bucket is at most 2 % wide and holds its values, over the whole range")
{
    for (double value = 1.5e-9; value < 1e6; value *= 1.37)
    {
        LogHistogram histogram;
        histogram.Add(value);
        const auto buckets = histogram.Buckets();
        REQUIRE(buckets.size() == 1);
        CAPTURE(value);
        CHECK(buckets[0].low <= value);
        CHECK(value < buckets[0].high);
        CHECK(buckets[0].high / buckets[0].low <= 1 + WIDTH);
    }
}

TEST_CASE("buckets join without gap or overlap")
{
    LogHistogram histogram;
    for (double value = 1e-3; value < 2e-3; value *= 1.001)
    {
        histogram.Add(value);
    }
    const auto buckets = histogram.Buckets();
    REQUIRE(buckets.size() > 30);
    for (std::size_t i = 1; i < buckets.size(); ++i)
    {
        CHECK(buckets[i].low == buckets[i - 1].high);
    }
}

TEST_CASE("an empty histogram has no mean and no quantile")
{
    const LogHistogram histogram;
    CHECK(histogram.Count() == 0);
    CHECK(std::isnan(histogram.Mean()));
    CHECK(std::isnan(histogram.Quantile(0.5)));
    CHECK(histogram.Buckets().empty());
}

TEST_CASE("the quantiles of one value are the value")
{
    for (const double value : {0.0, 1e-12, 0.0123, 5e7})
    {
        LogHistogram histogram;
        histogram.Add(value);
        for (const double p : {0.0, 0.3, 1.0})
        {
            CHECK(histogram.Quantile(p) == value);
        }
        CHECK(histogram.Mean() == value);
    }
}

TEST_CASE("quantiles are within a bucket's width of the exact ones")
{
    for (std::uint64_t seed = 1; seed <= 5; ++seed)
    {
        SeededStream random(seed);
        std::vector<double> values;
        LogHistogram histogram;
        for (int i = 0; i < 20'001; ++i)
        {
            values.push_back(SomeTime(random));
            histogram.Add(values.back());
        }
        std::sort(values.begin(), values.end());
        double last = 0;
        for (const double p : {0.0, 0.001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0})
        {
            const double count = p * static_cast<double>(values.size());
            const auto place = static_cast<std::size_t>(std::max(std::ceil(count), 1.0)) - 1;
            const double quantile = histogram.Quantile(p);
            CAPTURE(seed, p);
            CHECK(quantile == Approx(values[place]).epsilon(WIDTH));
            CHECK(quantile >= last);
            last = quantile;
        }
        CHECK(histogram.Quantile(0) == values.front());
        CHECK(histogram.Quantile(1) == values.back());
    }
}

TEST_CASE("merging is the same as adding to one histogram, in any order")
{
    SeededStream random(3);
    LogHistogram whole;
    std::vector<LogHistogram> parts(3);
    for (int i = 0; i < 3'000; ++i)
    {
        const double value = SomeTime(random);
        whole.Add(value);
        parts[i % 3].Add(value);
    }
    LogHistogram leftFirst = parts[0];
    leftFirst.Merge(parts[1]);
    leftFirst.Merge(parts[2]);
    LogHistogram rightFirst = parts[2];
    rightFirst.Merge(parts[1]);
    LogHistogram swapped = parts[0];
    swapped.Merge(rightFirst);
    RequireSame(leftFirst, whole);
    RequireSame(swapped, whole);
}

TEST_CASE("an empty histogram changes nothing when merged, and takes over what it is given")
{
    const LogHistogram filled = Filled(9, 100);
    LogHistogram merged = filled;
    merged.Merge(LogHistogram());
    RequireSame(merged, filled);
    LogHistogram empty;
    empty.Merge(filled);
    RequireSame(empty, filled);
}

TEST_CASE("values outside the range are counted at its ends, and the extremes stay exact")
{
    LogHistogram histogram;
    histogram.Add(0);
    histogram.Add(1e-15);
    histogram.Add(1);
    histogram.Add(1e9);
    CHECK(histogram.Count() == 4);
    CHECK(histogram.Quantile(0) == 0);
    CHECK(histogram.Quantile(1) == 1e9);
    CHECK(histogram.Mean() == (1 + 1e9 + 1e-15) / 4);
    const auto buckets = histogram.Buckets();
    REQUIRE(buckets.size() == 3);
    CHECK(buckets[0].count == 2);
}
