#include "model/protocol/codec.h"
#include "tests/catch.h"

#include <string>

using namespace sonda;

TEST_CASE("what an agent may be called is known before anything is sent")
{
    CHECK_FALSE(CheckId("agent-7"));
    CHECK_FALSE(CheckId("m\xC3\xA1quina"));
    CHECK(CheckId(""));
    CHECK(CheckId("a b"));
    CHECK(CheckId(std::string(65, 'x')));
    // Latin-1, as an old terminal would send it: JSON could not carry it.
    CHECK(CheckId("m\xE1quina"));
    CHECK(CheckId("a b")->message.find("1 to 64 bytes") != std::string::npos);
}
