#include "realnet/common/clock.h"
#include "tests/catch.h"

using namespace sonda;
using std::chrono::microseconds;

TEST_CASE("a kernel timestamp becomes an instant in the past", "[clock]")
{
    const Instant now(std::chrono::seconds(1000));
    CHECK(ArrivalFromWallTime({50, 999'950'000}, {51, 0}, now) == now - microseconds(50));
    CHECK(ArrivalFromWallTime({51, 0}, {51, 0}, now) == now);
}

TEST_CASE("a wall clock that was set in between is not believed", "[clock]")
{
    const Instant now(std::chrono::seconds(1000));
    CHECK(ArrivalFromWallTime({52, 0}, {51, 0}, now) == now);
    CHECK(ArrivalFromWallTime({10, 0}, {51, 0}, now) == now);
}

TEST_CASE("the clock only grows", "[clock]")
{
    const Instant before = Now();
    CHECK(Now() >= before);
}
