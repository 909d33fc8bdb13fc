#include "realnet/common/admin-token.h"
#include "tests/realnet/common/temporary-file.h"

using namespace sonda;
using namespace sonda::test;

TEST_CASE("a token is the first line of a file that others may not read", "[token]")
{
    const char* text = "0123456789abcdef\r\na comment\n";
    const auto token = AdminToken::Load(TemporaryFile(text, 0640).path);
    REQUIRE(token);
    CHECK(token->Matches("0123456789abcdef"));
    for (const char* wrong :
         {"", "0123456789abcde", "0123456789abcdeF", "0123456789abcdef ", "a comment"})
    {
        CHECK_FALSE(token->Matches(wrong));
    }
    const auto open = AdminToken::Load(TemporaryFile(text, 0644).path);
    REQUIRE_FALSE(open);
    CHECK(open.GetError().message.find("everybody on this machine") == 0);
}

TEST_CASE("what is too short or no token is refused with the cure", "[token]")
{
    for (const char* text :
         {"", "\n", "short", "0123456789 abcdef", "\n0123456789abcdef", "0123456789abcde\t"})
    {
        const auto token = AdminToken::Load(TemporaryFile(text, 0600).path);
        REQUIRE_FALSE(token);
        CHECK(token.GetError().message.find("at least 16") != std::string::npos);
    }
    CHECK_FALSE(AdminToken::Load("/nonexistent"));
    CHECK_FALSE(AdminToken::Load("/tmp"));
    CHECK_FALSE(AdminToken::Load(TemporaryFile(std::string(70'000, 'x'), 0600).path));
}
