#include "realnet/agent/identity.h"
#include "tests/catch.h"

using namespace sonda;

TEST_CASE("an identity is stable, differs per server, and hides the machine id", "[identity]")
{
    const std::string machine = "5f0c4ac7d33b4a6a8f4b7a2d7a3d5c11";
    const auto one = DeriveIdentity(machine + "\n", {"10.0.0.7", 80});
    REQUIRE(one);
    CHECK(one->size() == 32);
    CHECK(*one == *DeriveIdentity(machine, {"10.0.0.7", 80}));
    CHECK(*one != *DeriveIdentity(machine, {"10.0.0.7", 81}));
    CHECK(*one != *DeriveIdentity(machine, {"10.0.0.8", 80}));
    CHECK(*one != *DeriveIdentity("other", {"10.0.0.7", 80}));
    CHECK(one->find(machine.substr(0, 8)) == std::string::npos);
}

TEST_CASE("a machine without id must be given a name", "[identity]")
{
    for (const char* text : {"", "\n", "uninitialized\n"})
    {
        const auto id = DeriveIdentity(text, {"10.0.0.7", 80});
        REQUIRE_FALSE(id);
        CHECK(id.GetError().message.find("/etc/machine-id") != std::string::npos);
    }
}

TEST_CASE("names that cannot travel are refused", "[identity]")
{
    CHECK_FALSE(CheckIdentity("web-1"));
    CHECK(CheckIdentity(""));
    CHECK(CheckIdentity("web 1"));
    CHECK(CheckIdentity("a,b"));
    CHECK(CheckIdentity("a\nb"));
    CHECK_FALSE(CheckIdentity(std::string(64, 'x')));
    CHECK(CheckIdentity(std::string(65, 'x')));
}
