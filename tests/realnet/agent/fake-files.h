#ifndef SONDA_TESTS_REALNET_AGENT_FAKE_FILES_H
#define SONDA_TESTS_REALNET_AGENT_FAKE_FILES_H

#include "realnet/common/system-files.h"

#include <map>

namespace sonda::test
{

/** Files that a test writes. */
struct FakeFiles : SystemFiles
{
    std::optional<std::string>
    Read(const std::string& path) const override
    {
        const auto found = files.find(path);
        return found == files.end() ? std::nullopt : std::optional(found->second);
    }

    std::map<std::string, std::string> files;
};

} // namespace sonda::test

#endif
