#include "realnet/agent/listener-places.h"

#include "realnet/agent/cgroup-search.h"
#include "realnet/agent/proc-text.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace sonda
{

namespace
{

/** Where systemd's first process is, which makes the sockets of socket units. */
constexpr std::string_view INIT_SCOPE = "/init.scope";

/** So many processes of a group tell where they are for all of them. */
constexpr std::size_t MOST_PROCESSES = 32;

bool
EndsWith(std::string_view text, std::string_view end)
{
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

} // namespace

ListenerPlace
ListenerPlaces::Find(const Listener& listener, const CgroupMounts& mounts)
{
    std::optional<std::string> path;
    if (listener.cgroup && mounts.unified && m_files.CgroupId(*mounts.unified))
    {
        path = FindGroup(m_files, mounts, *listener.cgroup);
        if (!path)
        {
            return {{}, "was made in a cgroup that cannot be seen from here", true};
        }
    }
    const bool isLegacy =
        mounts.legacy.count(Controller::MEMORY) != 0 || mounts.legacy.count(Controller::CPU) != 0;
    const bool isOfSystemd = path && EndsWith(*path, INIT_SCOPE);
    if (path && !isLegacy && !isOfSystemd)
    {
        CgroupPaths paths;
        paths.unified = path;
        return {paths, {}, false};
    }
    const auto& holders = HoldersOf(listener);
    const bool isUnused = isOfSystemd && holders == std::vector<std::string>{"1"};
    auto paths = isUnused ? std::nullopt : PathsOf(holders);
    if (!paths && path && *path != "/" && !isOfSystemd)
    {
        std::vector<std::string> processes;
        const auto ids =
            ParseProcessIds(m_files.Read(*mounts.unified + *path + "/cgroup.procs").value_or(""));
        for (std::size_t at = 0; at < std::min(ids.size(), MOST_PROCESSES); ++at)
        {
            processes.push_back(std::to_string(ids[at]));
        }
        paths = PathsOf(processes);
    }
    return {paths,
            isOfSystemd ? "was made by systemd, which tells nothing of its service"
                        : "tells nothing of its cgroup",
            isOfSystemd};
}

void
ListenerPlaces::ForgetAllBut(const std::vector<Listener>& listeners)
{
    for (auto held = m_holders.begin(); held != m_holders.end();)
    {
        const bool isThere = std::any_of(listeners.begin(),
                                         listeners.end(),
                                         [&held](const Listener& listener)
                                         { return listener.cookie == held->first; });
        held = isThere ? std::next(held) : m_holders.erase(held);
    }
}

bool
ListenerPlaces::Holds(const std::string& process, const Listener& listener) const
{
    const auto links = m_files.Links("/proc/" + process + "/fd");
    const std::string link = "socket:[" + std::to_string(listener.inode) + "]";
    return std::find(links.begin(), links.end(), link) != links.end();
}

const std::vector<std::string>&
ListenerPlaces::HoldersOf(const Listener& listener)
{
    auto& holders = m_holders[listener.cookie];
    const auto holds = [&](const std::string& process) { return Holds(process, listener); };
    // Whoever systemd listens for may have started meanwhile.
    const bool isFirstAlone = holders == std::vector<std::string>{"1"};
    if (!holders.empty() && !isFirstAlone && std::all_of(holders.begin(), holders.end(), holds))
    {
        return holders;
    }
    holders.clear();
    for (const SubFolder& process : m_files.SubFolders("/proc"))
    {
        if (ParseWhole(process.name) && holds(process.name))
        {
            holders.push_back(process.name);
        }
    }
    // systemd keeps the sockets that it hands out; in a container the first process is the server.
    if (holders.size() > 1)
    {
        holders.erase(std::remove(holders.begin(), holders.end(), "1"), holders.end());
    }
    return holders;
}

/** \return what the groups of the processes have in common; nothing where no process tells. */
std::optional<CgroupPaths>
ListenerPlaces::PathsOf(const std::vector<std::string>& processes) const
{
    std::optional<CgroupPaths> common;
    for (const std::string& process : processes)
    {
        if (const auto text = m_files.Read("/proc/" + process + "/cgroup"))
        {
            const auto paths = ParseCgroupPaths(*text);
            common = common ? CommonAncestor(*common, paths) : paths;
        }
    }
    return common;
}

} // namespace sonda
