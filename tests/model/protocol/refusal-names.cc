#include "model/protocol/refusal.h"
#include "tests/catch.h"

#include <set>
#include <string>

using namespace sonda;

TEST_CASE("every reason has its own name in lower case and hyphens")
{
    std::set<std::string> names;
    for (std::size_t i = 0; i < REFUSAL_REASONS; ++i)
    {
        const std::string name = ToString(static_cast<RefusalReason>(i));
        CAPTURE(name);
        CHECK_FALSE(name.empty());
        CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos);
        names.insert(name);
    }
    CHECK(names.size() == REFUSAL_REASONS);
    CHECK(std::string(ToString(RefusalReason::TOO_LONG)) == "too-long");
    CHECK(std::string(ToString(RefusalReason::OFF_LINK)) == "off-link");
    CHECK(std::string(ToString(RefusalReason::TABLE_FULL)) == "table-full");
    CHECK(std::string(ToString(RefusalReason::OLD_REQUEST)) == "old-request");
    CHECK(std::string(ToString(RefusalReason::NOT_READY)) == "not-ready");
    CHECK(std::string(ToString(RefusalReason::BUSY)) == "busy");
}

TEST_CASE("counters count each reason apart")
{
    RefusalCounters counters;
    CHECK(counters.Total() == 0);
    counters.Count(RefusalReason::BUSY);
    counters.Count(RefusalReason::BUSY);
    counters.Count(RefusalReason::TOO_LONG);
    CHECK(counters.Get(RefusalReason::BUSY) == 2);
    CHECK(counters.Get(RefusalReason::TOO_LONG) == 1);
    CHECK(counters.Get(RefusalReason::BAD_MAC) == 0);
    CHECK(counters.Total() == 3);
}
