#ifndef SONDA_TESTS_REALNET_AGENT_FAKE_FILES_H
#define SONDA_TESTS_REALNET_AGENT_FAKE_FILES_H

#include "realnet/common/system-files.h"

#include <algorithm>
#include <map>
#include <set>

namespace sonda::test
{

/** Files that a test writes. A folder is there as long as something is in it. */
struct FakeFiles : SystemFiles
{
    std::optional<std::string>
    Read(const std::string& path) const override
    {
        const auto found = files.find(path);
        return found == files.end() ? std::nullopt : std::optional(found->second);
    }

    std::vector<SubFolder>
    SubFolders(const std::string& path) const override
    {
        std::set<std::string> names;
        for (const auto& [file, content] : files)
        {
            const auto end = file.find('/', path.size() + 1);
            if (file.rfind(path + "/", 0) == 0 && end != std::string::npos)
            {
                names.insert(file.substr(path.size() + 1, end - path.size() - 1));
            }
        }
        std::vector<SubFolder> found;
        for (const std::string& name : names)
        {
            const auto id = groups.find(path + "/" + name);
            found.push_back({name, id == groups.end() ? 0 : id->second});
        }
        return found;
    }

    bool
    IsFolder(const std::string& path) const override
    {
        return std::any_of(files.begin(),
                           files.end(),
                           [&path](const auto& file)
                           { return file.first.rfind(path + "/", 0) == 0; });
    }

    std::optional<std::uint64_t>
    CgroupId(const std::string& path) const override
    {
        const auto id = groups.find(path);
        return id == groups.end() ? std::nullopt : std::optional(id->second);
    }

    std::vector<std::string>
    Links(const std::string& path) const override
    {
        const auto found = links.find(path);
        return found == links.end() ? std::vector<std::string>{} : found->second;
    }

    /** Takes away everything in a folder. */
    void
    Remove(const std::string& folder)
    {
        for (auto file = files.begin(); file != files.end();)
        {
            file = file->first.rfind(folder + "/", 0) == 0 ? files.erase(file) : std::next(file);
        }
        groups.erase(folder);
    }

    std::map<std::string, std::string> files;
    std::map<std::string, std::uint64_t> groups; //!< folders of a real tree of version 2, their ids
    std::map<std::string, std::vector<std::string>> links; //!< by folder
};

} // namespace sonda::test

#endif
