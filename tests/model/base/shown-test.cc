#include "model/base/shown.h"
#include "tests/catch.h"

using namespace sonda;

TEST_CASE("what stands in a line as itself is shown as it is", "[shown]")
{
    for (const char* text : {"", "a b", "10.0.0.7:80", "\\x0a", "Größe", "日本語", "😀", "\u00a0"})
    {
        CHECK(Shown(text) == text);
        CHECK_FALSE(HasUnprintable(text));
    }
}

TEST_CASE("what would end a line, steer a terminal or turn the text is told by its code", "[shown]")
{
    CHECK(Shown("a\nb\tc\r") == "a\\x0ab\\x09c\\x0d");
    CHECK(Shown("\x1b[31m\x7f") == "\\x1b[31m\\x7f");
    CHECK(Shown(std::string(1, '\0')) == "\\x00");
    CHECK(Shown("\u0085\u009b2J") == "\\u0085\\u009b2J"); // the second set of control characters
    CHECK(Shown("\u2028\u2029\u202e\u2066\u200b\ufeff") ==
          "\\u2028\\u2029\\u202e\\u2066\\u200b\\ufeff");
    CHECK(HasUnprintable("x\u2028"));
    CHECK(HasUnprintable("\n"));
}

TEST_CASE("bytes that are no UTF-8 are told one by one", "[shown]")
{
    CHECK(Shown("\xff"
                "a") == "\\xffa");
    CHECK(Shown("\xc0\xaf") == "\\xc0\\xaf");                   // a slash in two bytes
    CHECK(Shown("\xed\xa0\x80") == "\\xed\\xa0\\x80");          // half of a pair
    CHECK(Shown("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80"); // beyond the last one
    CHECK(Shown("\xe6\x97") == "\\xe6\\x97");                   // cut
}

TEST_CASE("a long text is cut after whole characters, and its length told", "[shown]")
{
    CHECK(Shown(std::string(200, 'x')) == std::string(200, 'x'));
    CHECK(Shown(std::string(100'000, 'x')) == std::string(200, 'x') + "… (100000 characters)");
    CHECK(Shown("ééé", 2) == "éé… (3 characters)");
    CHECK(Shown("a\nb", 2) == "a\\x0a… (3 characters)");
}

TEST_CASE("a message keeps its own line feeds, and has an end", "[shown]")
{
    CHECK(ShownMessage("a\n  b\x1b") == "a\n  b\\x1b");
    const std::string shown = ShownMessage(std::string(100'000, '\n'));
    CHECK(shown.size() < MOST_IN_MESSAGE + 50);
    CHECK(shown.find("(100000 characters)") != std::string::npos);
}
