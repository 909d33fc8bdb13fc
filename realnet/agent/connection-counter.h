#ifndef SONDA_REALNET_AGENT_CONNECTION_COUNTER_H
#define SONDA_REALNET_AGENT_CONNECTION_COUNTER_H

#include "model/protocol/pdu.h"

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

/** What one datagram of the kernel's answer says. */
struct DiagPart
{
    std::uint32_t matching{0}; //!< sockets whose own end is the server
    bool last{false};
    bool failed{false};
};

/** The pure part: \param answer netlink messages as the kernel wrote them. */
DiagPart ParseDiagAnswer(std::span<const std::byte> answer, const Endpoint& server);

} // namespace sonda

#endif
