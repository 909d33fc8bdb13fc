#include "realnet/agent/cgroup-tree.h"

#include "realnet/agent/proc-text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sonda
{

namespace
{

constexpr std::array<std::pair<std::string_view, Controller>, 4> NAMES{{
    {"memory", Controller::MEMORY},
    {"cpu", Controller::CPU},
    {"cpuacct", Controller::CPUACCT},
    {"cpuset", Controller::CPUSET},
}};

/** \return the parts of a list with commas. */
std::vector<std::string_view>
Parts(std::string_view list)
{
    std::vector<std::string_view> parts;
    while (!list.empty())
    {
        parts.push_back(list.substr(0, list.find(',')));
        list.remove_prefix(std::min(list.size(), parts.back().size() + 1));
    }
    return parts;
}

/** /proc/mounts writes blanks and backslashes as three octal digits. */
std::string
WithoutOctal(std::string_view word)
{
    std::string text;
    while (!word.empty())
    {
        const auto isDigit = [](char c) { return c >= '0' && c <= '7'; };
        if (word.size() >= 4 && word[0] == '\\' &&
            std::all_of(word.begin() + 1, word.begin() + 4, isDigit))
        {
            text += static_cast<char>((word[1] - '0') * 64 + (word[2] - '0') * 8 + word[3] - '0');
            word.remove_prefix(4);
            continue;
        }
        text += word[0];
        word.remove_prefix(1);
    }
    return text;
}

bool
LeavesTheTree(const std::string& path)
{
    return path.rfind("/..", 0) == 0 && (path.size() == 3 || path[3] == '/');
}

std::string
CommonPath(const std::string& one, const std::string& other)
{
    std::string path = one;
    while (path != "/" && path != other && other.rfind(path + "/", 0) != 0)
    {
        path = ParentOf(path);
    }
    return path;
}

} // namespace

CgroupMounts
ParseCgroupMounts(std::string_view text)
{
    CgroupMounts mounts;
    LineReader lines(text);
    while (auto line = lines.Next())
    {
        TakeWord(*line);
        const std::string folder = WithoutOctal(TakeWord(*line));
        const std::string_view type = TakeWord(*line);
        const auto options = Parts(TakeWord(*line));
        if (type == "cgroup2" && !mounts.unified)
        {
            mounts.unified = folder;
        }
        for (const std::string_view option : options)
        {
            for (const auto& [name, controller] : NAMES)
            {
                if (type == "cgroup" && option == name)
                {
                    mounts.legacy.emplace(controller, folder);
                }
            }
            if (type == "cgroup" && option == "name=systemd" && !mounts.named)
            {
                mounts.named = folder;
            }
        }
    }
    return mounts;
}

CgroupPaths
ParseCgroupPaths(std::string_view text)
{
    CgroupPaths paths;
    LineReader lines(text);
    while (const auto line = lines.Next())
    {
        const auto first = line->find(':');
        const auto second = line->find(':', first + 1);
        if (first == std::string_view::npos || second == std::string_view::npos)
        {
            continue;
        }
        const std::string_view controllers = line->substr(first + 1, second - first - 1);
        std::string path(line->substr(second + 1));
        // A group that was removed while a process is in it still has its name.
        constexpr std::string_view REMOVED = " (deleted)";
        if (path.size() > REMOVED.size() && path.substr(path.size() - REMOVED.size()) == REMOVED)
        {
            path.resize(path.size() - REMOVED.size());
        }
        if (path.empty() || path[0] != '/')
        {
            continue;
        }
        if (line->substr(0, first) == "0" && controllers.empty())
        {
            paths.unified = path;
        }
        for (const std::string_view part : Parts(controllers))
        {
            for (const auto& [name, controller] : NAMES)
            {
                if (part == name)
                {
                    paths.legacy[controller] = path;
                }
            }
        }
    }
    return paths;
}

CgroupPaths
EverywhereAt(const CgroupMounts& mounts, const std::string& path)
{
    CgroupPaths paths;
    if (mounts.unified)
    {
        paths.unified = path;
    }
    for (const auto& [controller, mount] : mounts.legacy)
    {
        paths.legacy[controller] = path;
    }
    return paths;
}

CgroupPaths
CommonAncestor(const CgroupPaths& one, const CgroupPaths& other)
{
    CgroupPaths common;
    if (one.unified && other.unified)
    {
        common.unified = CommonPath(*one.unified, *other.unified);
    }
    for (const auto& [controller, path] : one.legacy)
    {
        const auto found = other.legacy.find(controller);
        if (found != other.legacy.end())
        {
            common.legacy[controller] = CommonPath(path, found->second);
        }
    }
    return common;
}

std::string
ParentOf(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::optional<CgroupLevels>
LevelsOf(Controller controller, const CgroupMounts& mounts, const CgroupPaths& paths)
{
    const auto mount = mounts.legacy.find(controller);
    const auto legacy = paths.legacy.find(controller);
    const bool isLegacy = mount != mounts.legacy.end() && legacy != paths.legacy.end();
    if (!isLegacy && (!mounts.unified || !paths.unified))
    {
        return std::nullopt;
    }
    CgroupLevels levels{!isLegacy, isLegacy ? mount->second : *mounts.unified, {}};
    std::string path = isLegacy ? legacy->second : *paths.unified;
    if (LeavesTheTree(path))
    {
        return std::nullopt;
    }
    for (; path != "/"; path = ParentOf(path))
    {
        levels.paths.push_back(path);
    }
    // The root of the machine's tree has no limits, but what a container sees as root has.
    levels.paths.emplace_back();
    return levels;
}

} // namespace sonda
