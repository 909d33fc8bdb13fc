#ifndef SONDA_REALNET_AGENT_SERVER_GROUP_H
#define SONDA_REALNET_AGENT_SERVER_GROUP_H

#include "model/base/time.h"
#include "model/protocol/pdu.h"
#include "realnet/agent/cgroup-tree.h"
#include "realnet/agent/cgroup-wish.h"
#include "realnet/agent/cpu-times.h"
#include "realnet/agent/listener-places.h"
#include "realnet/agent/listeners.h"
#include "realnet/common/system-files.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/** Whose limits count, and how that is known. A value. */
struct GroupChoice
{
    CgroupMounts mounts;
    CgroupPaths paths;          //!< none: no limits count
    std::optional<CpuSet> cpus; //!< that its processes may run on, where that is known
    bool isOwn{false};          //!< the agent's own group, so its own affinity counts
    std::string what;           //!< "cgroup /system.slice/nginx.service" or "no cgroup"
    std::string why;            //!< "in which the socket at 10.0.0.7:80 was made"
    bool isDoubtful{false};     //!< worth a warning: the server's group is not known
};

/**
 * Finds the group whose limits hold for the server. In this order:
 *
 * 1. The one that the operator names.
 * 2. That of the socket that listens at the served address and port (inet_diag tells its id, Linux
 *    5.9 or newer). With several listeners in several groups it is what these have in common. Where
 *    limits are of version 1, or the socket was made by systemd on behalf of a service, it is the
 *    group of the process that holds the socket, where /proc lets this process see that, or of the
 *    processes in the group of the socket.
 * 3. The agent's own, while nothing listens that can be seen, or nothing tells where it belongs: as
 *    a container that holds both would have it. Not if the listener is known to be in another group
 *    that cannot be seen from here (a sidecar): then the machine's figures count as they are.
 *
 * Not thread-safe.
 */
class ServerGroup
{
  public:
    /** \return listeners for the server; an error when the kernel does not say. */
    using Listeners = std::function<Expected<std::vector<Listener>>()>;

    /** A server that starts, ends or moves is noticed after so long. */
    static constexpr Duration LOOK_PERIOD = std::chrono::seconds(2);
    /** What a look alone cannot notice is sought anew: processes that moved, a unit that started.
     */
    static constexpr Duration SEARCH_PERIOD = std::chrono::seconds(20);

    /** \param files must outlive this object */
    ServerGroup(const SystemFiles& files, CgroupWish wish, Endpoint server, Listeners listeners);

    /** The server is another one from now on. \param listeners for it */
    void SetServer(Endpoint server, Listeners listeners);

    /** Changes what the operator wants. */
    void SetWish(const CgroupWish& wish);

    /** \return the choice that holds now; the same object until something changes. */
    const GroupChoice& Get(Instant now);

    /** \return how often the choice has changed: what was counted for another group is void. */
    unsigned
    Changes() const
    {
        return m_changes;
    }

  private:
    GroupChoice Choose();
    GroupChoice ChooseNamed() const;
    GroupChoice ChooseOwn(std::string why, bool isDoubtful) const;
    GroupChoice ChooseNone(std::string why, bool isDoubtful) const;
    GroupChoice ChooseServers();
    std::optional<CpuSet> CpusOf(const CgroupPaths& paths) const;
    bool IsGone() const;

    const SystemFiles& m_files;
    CgroupWish m_wish;
    Endpoint m_server;
    Listeners m_listeners;
    ListenerPlaces m_places;
    CgroupMounts m_mounts;
    std::optional<Expected<std::vector<Listener>>> m_seen; //!< by the last look
    GroupChoice m_choice;
    bool m_isChosen{false}; //!< at least once
    unsigned m_changes{0};
    Instant m_nextLook{};
    Instant m_nextSearch{};
};

} // namespace sonda

#endif
