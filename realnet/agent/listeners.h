#ifndef SONDA_REALNET_AGENT_LISTENERS_H
#define SONDA_REALNET_AGENT_LISTENERS_H

#include "model/base/error.h"
#include "model/protocol/pdu.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

struct DiagSocket;

/** A socket that takes connections to the server's address and port. */
struct Listener
{
    std::uint64_t cookie{0};             //!< the kernel's name of it, never used twice
    std::uint32_t inode{0};              //!< by which /proc/PID/fd names it
    std::optional<std::uint64_t> cgroup; //!< id of the group that made it; empty: not known

    bool
    operator==(const Listener& other) const
    {
        return cookie == other.cookie && cgroup == other.cgroup;
    }
};

/**
 * \return every listener for \p server in this network namespace: those of its very address, or
 * where there are none, those of all addresses. None where the address is not of this namespace:
 * connections to it go past (published ports of containers, DNAT, IPVS). An error when the kernel
 * does not say. Any thread.
 */
Expected<std::vector<Listener>> FindListeners(const Endpoint& server);

/**
 * The same question in short, asked for each count: cheap however many sockets there are.
 * \return nothing when there is one, else why connections cannot be seen from here
 */
std::optional<Error> CheckListener(const Endpoint& server);

/** How well a listening socket matches, the pure part. */
enum class ListenerMatch
{
    NONE,
    ANY_ADDRESS,
    THIS_ADDRESS
};

ListenerMatch Match(const DiagSocket& socket, const Endpoint& server);

} // namespace sonda

#endif
