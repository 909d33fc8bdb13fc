#ifndef SONDA_REALNET_AGENT_CGROUP_SEARCH_H
#define SONDA_REALNET_AGENT_CGROUP_SEARCH_H

#include "realnet/agent/cgroup-tree.h"
#include "realnet/common/system-files.h"

#include <cstdint>
#include <optional>
#include <string>

/** Looks for groups in the trees, as they are at that moment. Any thread. */
namespace sonda
{

/**
 * \return the path of the group with that id (inet_diag tells it of a socket) below the mount of
 * version 2; nothing where it is not to be seen from here
 */
std::optional<std::string> FindGroup(const SystemFiles& files,
                                     const CgroupMounts& mounts,
                                     std::uint64_t id);

/** \return the path of the group of a unit, such as "nginx.service", wherever in the tree. */
std::optional<std::string> FindUnit(const SystemFiles& files,
                                    const CgroupMounts& mounts,
                                    const std::string& unit);

/** \return \p path without the mount point that it may begin with. */
std::string BelowMount(const CgroupMounts& mounts, const std::string& path);

/** \return whether some tree has such a group. */
bool GroupExists(const SystemFiles& files, const CgroupMounts& mounts, const std::string& path);

} // namespace sonda

#endif
