#ifndef SONDA_REALNET_AGENT_CONNECTION_COUNTER_H
#define SONDA_REALNET_AGENT_CONNECTION_COUNTER_H

#include "model/protocol/pdu.h"
#include "realnet/common/descriptor.h"

#include <cstdint>
#include <optional>
#include <span>

namespace sonda
{

/**
 * \return how many established TCP connections have \p server as their own end, counted by the
 * kernel (netlink sock_diag: at 10,000 connections far cheaper than reading /proc/net/tcp); nothing
 * when the kernel cannot say. Any thread.
 */
std::optional<std::uint32_t> CountConnections(const Endpoint& server);

/** As the kernel's own tools use; what the kernel says at once never exceeds it. */
constexpr std::size_t DIAG_BYTES = 32768;

/** \return a socket to ask the kernel about sockets by; none with errno. \param flags SOCK_… */
Descriptor OpenSockDiag(int flags);

/** What one datagram of the kernel's answer says. */
struct DiagPart
{
    std::uint32_t matching{0}; //!< connections whose own end is the server
    bool last{false};
    bool failed{false};
};

/** The pure part: \param answer netlink messages as the kernel wrote them. */
DiagPart ParseDiagAnswer(std::span<const std::byte> answer, const Endpoint& server);

} // namespace sonda

#endif
