#ifndef SONDA_REALNET_AGENT_CGROUP_TREE_H
#define SONDA_REALNET_AGENT_CGROUP_TREE_H

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/**
 * Where cgroups are: version 1 has a tree of folders for each controller, version 2 one for all,
 * and in the hybrid form both are there, each with some of the controllers. Everything here is
 * pure.
 */
namespace sonda
{

/** Whose files the agent reads. */
enum class Controller
{
    MEMORY,
    CPU,
    CPUACCT, //!< counts CPU time; a controller of its own in version 1 only
    CPUSET
};

/** Mount points of the trees, from /proc/self/mounts. */
struct CgroupMounts
{
    std::optional<std::string> unified;       //!< of version 2
    std::map<Controller, std::string> legacy; //!< of version 1
    std::optional<std::string> named; //!< systemd's own tree of version 1, without controllers
};

CgroupMounts ParseCgroupMounts(std::string_view text);

/** Where a process is: "/" or "/a/b" in each tree, from /proc/PID/cgroup. */
struct CgroupPaths
{
    std::optional<std::string> unified;
    std::map<Controller, std::string> legacy;

    bool
    operator==(const CgroupPaths& other) const
    {
        return unified == other.unified && legacy == other.legacy;
    }
};

CgroupPaths ParseCgroupPaths(std::string_view text);

/** \return the same path in every tree. */
CgroupPaths EverywhereAt(const CgroupMounts& mounts, const std::string& path);

/** \return the deepest group that both are in, tree by tree. */
CgroupPaths CommonAncestor(const CgroupPaths& one, const CgroupPaths& other);

/** \return "/a" for "/a/b", "/" for "/a" and "/". */
std::string ParentOf(const std::string& path);

/** The folders from a group up to the root of its tree. */
struct CgroupLevels
{
    bool isUnified{false};
    std::string mount;
    std::vector<std::string> paths; //!< below the mount, deepest first; "" is the root

    std::string
    Folder(const std::string& path) const
    {
        return mount + path;
    }
};

/**
 * \return where the limits of a controller stand for a process at \p paths; nothing where no tree
 * shows it. A path that leaves what this process can see ("/../x") has no levels.
 */
std::optional<CgroupLevels> LevelsOf(Controller controller,
                                     const CgroupMounts& mounts,
                                     const CgroupPaths& paths);

} // namespace sonda

#endif
