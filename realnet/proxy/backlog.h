#ifndef SONDA_REALNET_PROXY_BACKLOG_H
#define SONDA_REALNET_PROXY_BACKLOG_H

#include <cstdint>
#include <optional>
#include <string_view>

/** The queue of clients that the kernel keeps while nobody accepts them. No state, any thread. */
namespace sonda
{

/** What the kernel has lost of clients since it started, in this network namespace. */
struct BacklogLosses
{
    std::uint64_t overflows{0}; //!< a queue was full
    std::uint64_t drops{0};     //!< lost for this or another reason
};

/** \param netstat content of /proc/net/netstat \return nothing if it does not tell */
std::optional<BacklogLosses> ParseBacklogLosses(std::string_view netstat);

/** \return how many clients wait in a listener's queue now. */
std::uint32_t WaitingClients(int listener);

} // namespace sonda

#endif
