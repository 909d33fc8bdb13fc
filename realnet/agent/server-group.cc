#include "realnet/agent/server-group.h"

#include "realnet/agent/cgroup-search.h"
#include "realnet/agent/proc-text.h"
#include "realnet/common/log.h"

#include <algorithm>
#include <utility>

namespace sonda
{

namespace
{

/** Of a group with more processes it is not asked where they all may run: that would cost. */
constexpr std::size_t MOST_PROCESSES = 32;

/** \return the group as a text for people: the place where the memory limits stand. */
std::string
NameOf(const CgroupMounts& mounts, const CgroupPaths& paths)
{
    for (const Controller controller : {Controller::MEMORY, Controller::CPU, Controller::CPUSET})
    {
        const auto levels = LevelsOf(controller, mounts, paths);
        if (levels && levels->paths.size() > 1)
        {
            return levels->paths.front();
        }
    }
    return "/";
}

} // namespace

ServerGroup::ServerGroup(const SystemFiles& files,
                         CgroupWish wish,
                         Endpoint server,
                         Listeners listeners)
    : m_files(files),
      m_wish(std::move(wish)),
      m_server(std::move(server)),
      m_listeners(std::move(listeners)),
      m_places(files),
      m_mounts(ParseCgroupMounts(files.Read("/proc/self/mounts").value_or("")))
{
}

void
ServerGroup::SetServer(Endpoint server, Listeners listeners)
{
    m_server = std::move(server);
    m_listeners = std::move(listeners);
    m_seen.reset();
    m_nextLook = {};
    m_nextSearch = {};
}

void
ServerGroup::SetWish(const CgroupWish& wish)
{
    if (!(wish == m_wish))
    {
        m_wish = wish;
        m_nextLook = m_nextSearch = Instant{};
    }
}

const GroupChoice&
ServerGroup::Get(Instant now)
{
    if (m_isChosen && now < m_nextLook)
    {
        return m_choice;
    }
    m_nextLook = now + LOOK_PERIOD;
    bool isDue = !m_isChosen || now >= m_nextSearch || IsGone();
    if (m_wish.kind == CgroupWish::Kind::SERVER)
    {
        Expected<std::vector<Listener>> seen = m_listeners();
        isDue = isDue || !m_seen || bool(seen) != bool(*m_seen) || (seen && !(*seen == **m_seen));
        m_seen = std::move(seen);
    }
    if (!isDue)
    {
        return m_choice;
    }
    m_nextSearch = now + SEARCH_PERIOD;
    m_mounts = ParseCgroupMounts(m_files.Read("/proc/self/mounts").value_or(""));
    GroupChoice next = Choose();
    const bool isOther = !m_isChosen || next.what != m_choice.what || next.why != m_choice.why;
    m_changes += !m_isChosen || !(next.paths == m_choice.paths) ? 1 : 0;
    m_choice = std::move(next);
    m_isChosen = true;
    if (isOther)
    {
        const auto level = m_choice.isDoubtful ? spdlog::level::warn : spdlog::level::info;
        spdlog::log(level, "limits that count: {}, {}", m_choice.what, m_choice.why);
    }
    return m_choice;
}

GroupChoice
ServerGroup::Choose()
{
    switch (m_wish.kind)
    {
    case CgroupWish::Kind::NONE:
        return ChooseNone("as the option cgroup says", false);
    case CgroupWish::Kind::OWN:
        return ChooseOwn("the agent's own, as the option cgroup says", false);
    case CgroupWish::Kind::PATH:
    case CgroupWish::Kind::UNIT:
        return ChooseNamed();
    case CgroupWish::Kind::SERVER:
        break;
    }
    return ChooseServers();
}

GroupChoice
ServerGroup::ChooseNone(std::string why, bool isDoubtful) const
{
    GroupChoice choice;
    choice.mounts = m_mounts;
    choice.what = "no cgroup's";
    choice.why = std::move(why);
    choice.isDoubtful = isDoubtful;
    return choice;
}

GroupChoice
ServerGroup::ChooseOwn(std::string why, bool isDoubtful) const
{
    GroupChoice choice = ChooseNone(std::move(why), isDoubtful);
    choice.paths = ParseCgroupPaths(m_files.Read("/proc/self/cgroup").value_or(""));
    choice.isOwn = true;
    choice.what = "those of cgroup " + NameOf(m_mounts, choice.paths);
    return choice;
}

GroupChoice
ServerGroup::ChooseNamed() const
{
    const bool isUnit = m_wish.kind == CgroupWish::Kind::UNIT;
    const auto path = isUnit ? FindUnit(m_files, m_mounts, m_wish.name)
                             : std::optional(BelowMount(m_mounts, m_wish.name));
    if (!path || !GroupExists(m_files, m_mounts, *path))
    {
        return ChooseNone("as there is no cgroup " + m_wish.name + " now, which is the one to heed",
                          true);
    }
    GroupChoice choice = ChooseNone("as the option cgroup says", false);
    choice.paths = EverywhereAt(m_mounts, *path);
    choice.cpus = CpusOf(choice.paths);
    choice.what = "those of cgroup " + *path;
    return choice;
}

GroupChoice
ServerGroup::ChooseServers()
{
    const auto& seen = *m_seen;
    if (!seen)
    {
        return ChooseOwn("the agent's own, as the kernel does not say who listens at " +
                             ToString(m_server) + ": " + seen.GetError().message,
                         true);
    }
    if (seen->empty())
    {
        return ChooseOwn("the agent's own, as nothing listens in sight at " + ToString(m_server),
                         false);
    }
    m_places.ForgetAllBut(*seen);
    std::optional<CgroupPaths> common;
    for (const Listener& listener : *seen)
    {
        const ListenerPlace place = m_places.Find(listener, m_mounts);
        if (!place.paths)
        {
            const std::string why = "as the socket at " + ToString(m_server) + " " + place.whyNot +
                                    " (the option cgroup can name it)";
            return place.isElsewhere ? ChooseNone(why, true)
                                     : ChooseOwn("the agent's own, " + why, true);
        }
        common = common ? CommonAncestor(*common, *place.paths) : *place.paths;
    }
    GroupChoice choice = ChooseNone("that of who listens at " + ToString(m_server), false);
    choice.paths = *common;
    choice.cpus = CpusOf(choice.paths);
    choice.what = "those of cgroup " + NameOf(m_mounts, choice.paths);
    if (choice.paths == ParseCgroupPaths(m_files.Read("/proc/self/cgroup").value_or("")))
    {
        choice.isOwn = !choice.cpus;
    }
    return choice;
}

/** \return the CPUs that the processes of a group may run on (CPUAffinity=, taskset), all together.
 */
std::optional<CpuSet>
ServerGroup::CpusOf(const CgroupPaths& paths) const
{
    const auto levels = LevelsOf(Controller::CPU, m_mounts, paths);
    if (!levels || levels->paths.front().empty())
    {
        return std::nullopt; // the root is everybody's
    }
    const auto ids = ParseProcessIds(
        m_files.Read(levels->Folder(levels->paths.front()) + "/cgroup.procs").value_or(""));
    if (ids.size() > MOST_PROCESSES)
    {
        return std::nullopt;
    }
    std::optional<CpuSet> all;
    for (const auto id : ids)
    {
        const auto status = m_files.Read("/proc/" + std::to_string(id) + "/status").value_or("");
        LineReader lines(status);
        while (auto line = lines.Next())
        {
            if (TakeWord(*line) == "Cpus_allowed_list:")
            {
                if (const auto cpus = ParseCpuList(TakeWord(*line)))
                {
                    all = all ? Union(*all, *cpus) : *cpus;
                }
                break;
            }
        }
    }
    return all;
}

/** \return whether the group that counts was removed, with everybody in it. */
bool
ServerGroup::IsGone() const
{
    const auto levels = LevelsOf(Controller::MEMORY, m_mounts, m_choice.paths);
    return !m_choice.isOwn && levels && levels->paths.size() > 1 &&
           !m_files.IsFolder(levels->Folder(levels->paths.front()));
}

} // namespace sonda
