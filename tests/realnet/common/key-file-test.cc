#include "realnet/common/key-file.h"
#include "tests/catch.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace sonda;

namespace
{

/** A file that goes away with the object. */
struct TemporaryFile
{
    TemporaryFile(const std::string& content, mode_t mode)
    {
        path = std::filesystem::temp_directory_path() / "sonda-key-XXXXXX";
        const int fd = mkstemp(path.data());
        REQUIRE(fd >= 0);
        REQUIRE(write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
        REQUIRE(fchmod(fd, mode) == 0);
        close(fd);
    }

    ~TemporaryFile()
    {
        unlink(path.c_str());
    }

    std::string path;
};

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
