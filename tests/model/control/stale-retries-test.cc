#include "model/control/stale-retries.h"
#include "tests/catch.h"
#include "tests/model/support/samples.h"

using namespace sonda;
using namespace sonda::test;

TEST_CASE("the first retry is due at once, the others follow evenly")
{
    StaleRetries retries;
    retries.SetInterval(std::chrono::milliseconds(2560));
    CHECK_FALSE(retries.NextDue());
    for (AgentIndex agent = 0; agent < 3; ++agent)
    {
        CHECK(retries.Add(agent, At(10)));
    }
    CHECK(retries.NextDue() == At(10));
    CHECK(retries.Take(At(10))->agent == 0);
    CHECK_FALSE(retries.Take(At(10)));
    CHECK(retries.NextDue() == At(10.01));
    CHECK(retries.Take(At(10.01))->agent == 1);
    CHECK(retries.Take(At(10.5))->agent == 2);
    CHECK_FALSE(retries.NextDue());
    CHECK(retries.Add(7, At(20)));
    CHECK(retries.NextDue() == At(20));
}

TEST_CASE("a LAN that turns stale at once is asked bounded and spread")
{
    StaleRetries retries;
    retries.SetInterval(std::chrono::seconds(5));
    unsigned places = 0;
    for (AgentIndex agent = 0; agent < 30'000; ++agent)
    {
        places += retries.Add(agent, At(1)) ? 1 : 0;
    }
    CHECK(places == StaleRetries::MOST_PER_INTERVAL);
    unsigned sent = 0;
    double busiest = 0;
    for (double now = 1; now < 6; now += 0.1)
    {
        double row = 0;
        while (retries.Take(At(now)))
        {
            ++sent;
            ++row;
        }
        busiest = std::max(busiest, row);
    }
    CHECK(sent == StaleRetries::MOST_PER_INTERVAL);
    CHECK(busiest <= 7); // 256 in 5 s are 5.1 in 0.1 s
}
