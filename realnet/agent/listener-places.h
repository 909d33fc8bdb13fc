#ifndef SONDA_REALNET_AGENT_LISTENER_PLACES_H
#define SONDA_REALNET_AGENT_LISTENER_PLACES_H

#include "realnet/agent/cgroup-tree.h"
#include "realnet/agent/listeners.h"
#include "realnet/common/system-files.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/** In which groups the server behind a listening socket is, or why that is not known. */
struct ListenerPlace
{
    std::optional<CgroupPaths> paths;
    std::string whyNot;      //!< what the socket does: "tells nothing of its cgroup"
    bool isElsewhere{false}; //!< it is surely not in the agent's group
};

/**
 * Finds the groups of listeners. The kernel tells the id of the group of version 2 in which a
 * socket was made. That is enough where limits are of version 2, unless systemd made the socket on
 * behalf of a service. Else it is asked who holds the socket (/proc/PID/fd, which shows a process
 * without rights its own user's only), then where the processes of the socket's group are. Not
 * thread-safe.
 */
class ListenerPlaces
{
  public:
    /** \param files must outlive this object */
    explicit ListenerPlaces(const SystemFiles& files)
        : m_files(files)
    {
    }

    ListenerPlace Find(const Listener& listener, const CgroupMounts& mounts);

    /** Forgets who held listeners that are gone. */
    void ForgetAllBut(const std::vector<Listener>& listeners);

  private:
    bool Holds(const std::string& process, const Listener& listener) const;
    const std::vector<std::string>& HoldersOf(const Listener& listener);
    std::optional<CgroupPaths> PathsOf(const std::vector<std::string>& processes) const;

    const SystemFiles& m_files;
    /** Names of folders in /proc by a listener's cookie: to look at all processes is dear. */
    std::map<std::uint64_t, std::vector<std::string>> m_holders;
};

} // namespace sonda

#endif
