#include "realnet/proxy/descriptor-budget.h"
#include "tests/catch.h"

using namespace sonda;

TEST_CASE("connections and pipes never need more descriptors than there are", "[budget]")
{
    for (const std::size_t limit : {64U, 100U, 1024U, 20'000U, 1U << 30})
    {
        for (const std::size_t workers : {1U, 2U, 8U})
        {
            CAPTURE(limit, workers);
            const auto budget = ShareDescriptors(limit, workers, 64);
            if (!budget)
            {
                CHECK(limit <= 100);
                continue;
            }
            CHECK(budget->connections >= 1);
            CHECK(budget->pipesPerWorker <= 64);
            CHECK(2 * budget->connections + 2 * workers * budget->pipesPerWorker < limit);
        }
    }
}

TEST_CASE("a limit below one connection is an error that names it", "[budget]")
{
    const auto budget = ShareDescriptors(16, 2, 64);
    REQUIRE_FALSE(budget);
    CHECK(budget.GetError().message.find("ulimit -n") != std::string::npos);
}

TEST_CASE("as many connections as are wanted, or an error", "[budget]")
{
    CHECK(ShareDescriptors(1000, 1, 0, 0, 100)->connections == 100);
    const std::size_t most = ShareDescriptors(1000, 1, 0)->connections;
    CHECK(ShareDescriptors(1000, 1, 0, 0, most)->connections == most);
    CHECK_FALSE(ShareDescriptors(1000, 1, 0, 0, most + 1));
    CHECK(ShareDescriptors(1000, 1, 0, 10)->connections == most - 5);
}
