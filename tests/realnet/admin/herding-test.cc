#include "realnet/admin/herding.h"
#include "tests/catch.h"
#include "tests/model/support/seeded-stream.h"

#include <cmath>

using namespace sonda;
using namespace sonda::test;

namespace
{

using Picks = std::vector<std::uint64_t>;

std::vector<double>
Equal(std::size_t agents)
{
    return std::vector<double>(agents, 1);
}

} // namespace

TEST_CASE("all picks on one agent are herding, also with two agents", "[herding]")
{
    for (const std::size_t agents : {2U, 3U, 10U, 200U})
    {
        Picks picks(agents, 0);
        picks[0] = 1000;
        const WindowFairness window = JudgeWindow(picks, Equal(agents));
        CHECK(window.telling);
        CHECK(window.herding);
        CHECK(window.jain == Approx(window.floor));
        CHECK(window.limit > window.floor);
        CHECK(window.limit < window.chance);
    }
}

TEST_CASE("even picks and picks by capacity are no herding", "[herding]")
{
    CHECK_FALSE(JudgeWindow({50, 50, 50}, {1, 1, 1}).herding);
    CHECK_FALSE(JudgeWindow({10, 20, 40}, {1, 2, 4}).herding);
    CHECK(JudgeWindow({10, 20, 40}, {1, 2, 4}).jain == Approx(1));
}

TEST_CASE("windows that cannot tell are not judged", "[herding]")
{
    CHECK_FALSE(JudgeWindow({19, 0}, Equal(2)).telling);
    CHECK(JudgeWindow({20, 0}, Equal(2)).telling);
    CHECK_FALSE(
        JudgeWindow({39, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, Equal(20))
            .telling);
    CHECK_FALSE(JudgeWindow({1000}, Equal(1)).telling);
    const WindowFairness none = JudgeWindow({}, {});
    CHECK_FALSE(none.telling);
    CHECK(std::isnan(none.jain));
    CHECK(std::isnan(none.chance));
    CHECK_FALSE(JudgeWindow({0, 0}, Equal(2)).herding);
}

TEST_CASE("random picks hardly ever look like herding", "[herding]")
{
    // The least telling windows: there chance is most likely to look bad. Two agents: probability
    // 0.0026 (see JudgeWindow()); of 20,000 windows 52 on average, and 100 are 6.7 deviations more.
    SeededStream random(4);
    for (const std::size_t agents : {2U, 5U, 10U, 50U})
    {
        const std::size_t least = std::max<std::size_t>(20, 2 * agents);
        int herding = 0;
        for (int window = 0; window < 20'000; ++window)
        {
            Picks picks(agents, 0);
            for (std::size_t i = 0; i < least; ++i)
            {
                ++picks[random.Below(agents)];
            }
            herding += JudgeWindow(picks, Equal(agents)).herding;
        }
        CAPTURE(agents);
        CHECK(herding <= 100);
    }
}

TEST_CASE("the alarm needs three herding windows in a row, and ends with the first other",
          "[herding]")
{
    WindowFairness bad;
    bad.telling = bad.herding = true;
    const WindowFairness silent;
    HerdingAlarm alarm;
    for (int i = 0; i < 2; ++i)
    {
        alarm.Add(bad);
        CHECK_FALSE(alarm.IsOn());
    }
    alarm.Add(silent);
    alarm.Add(bad);
    alarm.Add(bad);
    CHECK_FALSE(alarm.IsOn());
    alarm.Add(bad);
    CHECK(alarm.IsOn());
    CHECK(alarm.Row() == 3);
    alarm.Add(silent);
    CHECK_FALSE(alarm.IsOn());
}
