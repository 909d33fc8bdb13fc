#include "realnet/common/key-file.h"
#include "tests/realnet/common/temporary-file.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

const std::string KEY = "key k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nactive k1\n";

} // namespace

TEST_CASE("a key file that only its owner reads is read", "[keys]")
{
    CHECK(LoadKeyFile(TemporaryFile(KEY, 0600).path));
    CHECK(LoadKeyFile(TemporaryFile(KEY, 0640).path));
}

TEST_CASE("a key file that everybody can read or change is refused, with the cure", "[keys]")
{
    for (const mode_t mode : {0644, 0602, 0601})
    {
        const TemporaryFile file(KEY, mode);
        const auto keyring = LoadKeyFile(file.path);
        REQUIRE_FALSE(keyring);
        CHECK(keyring.GetError().message.find("chmod o= " + file.path) != std::string::npos);
    }
}

TEST_CASE("what is no key file is refused, and no key is shown", "[keys]")
{
    CHECK(LoadKeyFile("/nonexistent/key").GetError().message.find("No such file") !=
          std::string::npos);
    CHECK_FALSE(LoadKeyFile("/"));
    CHECK_FALSE(LoadKeyFile(TemporaryFile("", 0600).path));
    CHECK_FALSE(LoadKeyFile(TemporaryFile(std::string(70'000, '#'), 0600).path));
    const auto bad = LoadKeyFile(TemporaryFile("key k1 QUJD\nactive k1\n", 0600).path);
    REQUIRE_FALSE(bad);
    CHECK(bad.GetError().message.find("QUJD") == std::string::npos);
}
