#include "realnet/record/record-folder.h"
#include "tests/realnet/common/temporary-file.h"

#include <fstream>
#include <sstream>

using namespace sonda;
using namespace sonda::test;

namespace
{

namespace fs = std::filesystem;

std::string
ReadAll(const std::string& path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

} // namespace

TEST_CASE("a record has its name only when it is whole", "[record]")
{
    const TemporaryFolder parent;
    const std::string path = parent.path + "/deep/er/record";
    auto folder = RecordFolder::Make(path + "/");
    REQUIRE(folder);
    CHECK_FALSE((*folder)->Append("a.csv", "one\n"));
    CHECK_FALSE((*folder)->Append("a.csv", "two\n"));
    CHECK_FALSE(fs::exists(path));
    CHECK(ReadAll((*folder)->Place() + "/a.csv") == "one\ntwo\n");
    CHECK_FALSE((*folder)->Commit());
    CHECK((*folder)->Place() == path);
    CHECK(ReadAll(path + "/a.csv") == "one\ntwo\n");
    CHECK(std::distance(fs::directory_iterator(parent.path + "/deep/er"), {}) == 1);
}

TEST_CASE("a record that was not finished keeps what was written", "[record]")
{
    const TemporaryFolder parent;
    std::string place;
    {
        auto folder = RecordFolder::Make(parent.path + "/record");
        REQUIRE(folder);
        place = (*folder)->Place();
        CHECK_FALSE((*folder)->Append("windows.csv", "one\n"));
    }
    CHECK(ReadAll(place + "/windows.csv") == "one\n");
    CHECK_FALSE(fs::exists(parent.path + "/record"));
}

TEST_CASE("a record that was never begun leaves nothing behind", "[record]")
{
    const TemporaryFolder parent;
    REQUIRE(RecordFolder::Make(parent.path + "/record"));
    CHECK(fs::is_empty(parent.path));
}

TEST_CASE("errors name the option and the path", "[record]")
{
    const TemporaryFolder parent;
    const auto taken = RecordFolder::Make(parent.path);
    REQUIRE_FALSE(taken);
    CHECK(taken.GetError().message ==
          "--record: " + parent.path + " exists already; a record needs a new folder");
    std::ofstream(parent.path + "/file") << "x";
    const auto impossible = RecordFolder::Make(parent.path + "/file/record");
    REQUIRE_FALSE(impossible);
    CHECK(impossible.GetError().message.find("--record: " + parent.path + "/file/record") == 0);
    auto folder = RecordFolder::Make(parent.path + "/record");
    REQUIRE(folder);
    const auto failed = (*folder)->Append("no/such/folder", "x");
    REQUIRE(failed);
    CHECK(failed->message.find("--record: ") == 0);
}
