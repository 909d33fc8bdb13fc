#include "realnet/agent/cgroup-search.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

namespace sonda
{

namespace
{

/** A tree of so many groups is searched no further: a search must end. */
constexpr std::size_t MOST_GROUPS = 20'000;

/** Walks through a tree, the higher levels first. \return the first path that is \p wanted */
std::optional<std::string>
Search(const SystemFiles& files,
       const std::string& mount,
       const std::function<bool(const SubFolder& folder)>& wanted)
{
    std::deque<std::string> waiting{""};
    for (std::size_t seen = 0; !waiting.empty() && seen < MOST_GROUPS; ++seen)
    {
        const std::string path = std::move(waiting.front());
        waiting.pop_front();
        for (const SubFolder& folder : files.SubFolders(mount + path))
        {
            const std::string below = path + "/" + folder.name;
            if (wanted(folder))
            {
                return below;
            }
            waiting.push_back(below);
        }
    }
    return std::nullopt;
}

/** \return every tree, the one with the names of units first. */
std::vector<std::string>
Trees(const CgroupMounts& mounts)
{
    std::vector<std::string> trees;
    for (const auto& mount : {mounts.unified, mounts.named})
    {
        if (mount)
        {
            trees.push_back(*mount);
        }
    }
    for (const auto& [controller, mount] : mounts.legacy)
    {
        if (std::find(trees.begin(), trees.end(), mount) == trees.end())
        {
            trees.push_back(mount);
        }
    }
    return trees;
}

} // namespace

std::optional<std::string>
FindGroup(const SystemFiles& files, const CgroupMounts& mounts, std::uint64_t id)
{
    if (!mounts.unified || !files.CgroupId(*mounts.unified))
    {
        return std::nullopt;
    }
    if (files.CgroupId(*mounts.unified) == id)
    {
        return "/";
    }
    return Search(files,
                  *mounts.unified,
                  [id](const SubFolder& folder) { return folder.inode == id; });
}

std::optional<std::string>
FindUnit(const SystemFiles& files, const CgroupMounts& mounts, const std::string& unit)
{
    const std::string usual = "/system.slice/" + unit;
    if (GroupExists(files, mounts, usual))
    {
        return usual;
    }
    for (const std::string& tree : Trees(mounts))
    {
        const auto found =
            Search(files, tree, [&unit](const SubFolder& folder) { return folder.name == unit; });
        if (found)
        {
            return found;
        }
    }
    return std::nullopt;
}

std::string
BelowMount(const CgroupMounts& mounts, const std::string& path)
{
    std::string longest;
    for (const std::string& tree : Trees(mounts))
    {
        const bool isBelow = path == tree || path.rfind(tree + "/", 0) == 0;
        longest = isBelow && tree.size() > longest.size() ? tree : longest;
    }
    const std::string below = path.substr(longest.size());
    return below.empty() ? "/" : below;
}

bool
GroupExists(const SystemFiles& files, const CgroupMounts& mounts, const std::string& path)
{
    const auto trees = Trees(mounts);
    return std::any_of(trees.begin(),
                       trees.end(),
                       [&](const std::string& tree)
                       { return files.IsFolder(tree + (path == "/" ? "" : path)); });
}

} // namespace sonda
