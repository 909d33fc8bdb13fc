#include "model/control/request-order.h"
#include "tests/catch.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <set>
#include <string>

using namespace sonda;
using namespace sonda::test;

namespace
{

const std::string ONE = "0000000000000001";
const std::string TWO = "0000000000000002";

struct Bench
{
    bool
    Take(const std::string& monitor, std::uint64_t stamp, double now = 0)
    {
        ProbeRequest request;
        request.order = ProbeRequest::Order{monitor, stamp};
        return order.Take(request, "10.0.0.1", At(now));
    }

    bool
    TakeUnstamped(double now = 0)
    {
        return order.Take(ProbeRequest(), "10.0.0.1", At(now));
    }

    RequestOrder order;
};

} // namespace

TEST_CASE("a stamp is taken once, and none that is older")
{
    Bench bench;
    CHECK(bench.Take(ONE, 5'000'000));
    CHECK_FALSE(bench.Take(ONE, 5'000'000));
    CHECK_FALSE(bench.Take(ONE, 4'999'999));
    CHECK(bench.Take(ONE, 10'000'000));
    CHECK_FALSE(bench.Take(ONE, 5'000'001));
    CHECK_FALSE(bench.Take(ONE, 1));
    CHECK(bench.Take(ONE, 10'000'001));
}

TEST_CASE("requests that overtook each other are both taken, once")
{
    Bench bench;
    CHECK(bench.Take(ONE, 10'000'000));
    CHECK(bench.Take(ONE, 10'000'300));
    CHECK(bench.Take(ONE, 10'000'100));
    CHECK_FALSE(bench.Take(ONE, 10'000'100));
    CHECK_FALSE(bench.Take(ONE, 10'000'300));
    CHECK(bench.Take(ONE, 12'000'000));
    CHECK(bench.Take(ONE, 11'000'001));
    CHECK_FALSE(bench.Take(ONE, 11'000'000)); // a second late
}

TEST_CASE("no stamp is ever taken twice, in whatever order they come")
{
    SeededStream random(77);
    Bench bench;
    std::set<std::uint64_t> taken;
    std::uint64_t newest = 1'000'000'000;
    for (int i = 0; i < 100'000; ++i)
    {
        newest += random.Below(300);
        const std::uint64_t stamp = newest - random.Below(20'000);
        if (bench.Take(ONE, stamp))
        {
            CAPTURE(i, stamp);
            REQUIRE(taken.insert(stamp).second);
        }
    }
    CHECK(taken.size() > 100);
}

TEST_CASE("a monitor that is new at an address begins above all that came from there")
{
    Bench bench;
    CHECK(bench.Take(ONE, 5'000'000));
    CHECK_FALSE(bench.Take(TWO, 4'000'000)); // what a monitor of the past has sent
    CHECK_FALSE(bench.Take(TWO, 5'000'000));
    CHECK(bench.Take(TWO, 5'000'001));
    // From then on each has its own order: they share a host, not a queue.
    CHECK(bench.Take(TWO, 9'000'000));
    CHECK(bench.Take(ONE, 6'000'000));
    CHECK_FALSE(bench.Take(ONE, 4'000'000));
}

TEST_CASE("whoever has stamped once goes on")
{
    Bench bench;
    CHECK(bench.TakeUnstamped());
    CHECK(bench.TakeUnstamped());
    CHECK(bench.Take(ONE, 5));
    CHECK_FALSE(bench.TakeUnstamped());
    ProbeRequest elsewhere;
    CHECK(bench.order.Take(elsewhere, "10.0.0.2", At(0)));
}

TEST_CASE("an address is forgotten two minutes after the last request that was taken")
{
    Bench bench;
    CHECK(bench.Take(ONE, 5'000'000, 0));
    // A clock that was set back before a restart: refused, which keeps nothing alive.
    CHECK_FALSE(bench.Take(TWO, 4'000'000, 60));
    CHECK_FALSE(bench.Take(TWO, 4'000'001, 119));
    CHECK(bench.Take(TWO, 4'000'002, 120.001));
}

TEST_CASE("addresses do not disturb each other, and their number is bounded")
{
    RequestOrder order;
    ProbeRequest request;
    request.order = ProbeRequest::Order{ONE, 100};
    for (std::size_t i = 0; i <= RequestOrder::MOST_MONITORS; ++i)
    {
        REQUIRE(order.Take(request, "10.0.1." + std::to_string(i), At(0.001 * double(i))));
    }
    CHECK_FALSE(order.Take(request, "10.0.1.1", At(1)));
    CHECK(order.Take(request, "10.0.1.0", At(1))); // the one heard longest ago was forgotten
}
