#include "realnet/worker/last-looks.h"
#include "tests/catch.h"

using namespace sonda;

TEST_CASE("looks that find something become more, looks in vain fewer, never none", "[last-looks]")
{
    LastLooks looks;
    CHECK(looks.Count() == 1);
    looks.Learn(false);
    CHECK(looks.Count() == 1);
    looks.Learn(true);
    CHECK(looks.Count() == 2);
    for (int i = 0; i < 10; ++i)
    {
        looks.Learn(true);
    }
    CHECK(looks.Count() == LastLooks::MOST);
    looks.Learn(false);
    CHECK(looks.Count() == LastLooks::MOST / 2);
}
