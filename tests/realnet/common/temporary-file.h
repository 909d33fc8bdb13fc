#ifndef SONDA_TESTS_REALNET_COMMON_TEMPORARY_FILE_H
#define SONDA_TESTS_REALNET_COMMON_TEMPORARY_FILE_H

#include "tests/catch.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace sonda::test
{

/** A file that goes away with the object. */
struct TemporaryFile
{
    TemporaryFile(const std::string& content, mode_t mode)
    {
        path = std::filesystem::temp_directory_path() / "sonda-test-XXXXXX";
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

    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    std::string path;
};

/** The same for a folder and all that is in it. */
struct TemporaryFolder
{
    TemporaryFolder()
    {
        path = std::filesystem::temp_directory_path() / "sonda-test-XXXXXX";
        REQUIRE(mkdtemp(path.data()) != nullptr);
    }

    ~TemporaryFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }

    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::string path;
};

} // namespace sonda::test

#endif
