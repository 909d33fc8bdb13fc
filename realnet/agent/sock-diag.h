#ifndef SONDA_REALNET_AGENT_SOCK_DIAG_H
#define SONDA_REALNET_AGENT_SOCK_DIAG_H

#include "model/base/error.h"
#include "model/protocol/pdu.h"
#include "realnet/common/descriptor.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <linux/inet_diag.h>
#include <optional>
#include <span>

/**
 * Asks the kernel about TCP sockets of this network namespace (netlink, sock_diag; needs no root).
 * Any thread.
 */
namespace sonda
{

/** As the kernel's own tools use; what the kernel says at once never exceeds it. */
constexpr std::size_t DIAG_BYTES = 32768;

/** A TCP socket as the kernel describes it. */
struct DiagSocket
{
    inet_diag_msg base{};
    bool onlyV6{false};                  //!< takes no connections by IPv4
    std::optional<std::uint64_t> cgroup; //!< id of the group that made it; empty: kernel before 5.9

    /** \return the kernel's name of the socket, never used twice. */
    std::uint64_t
    Cookie() const
    {
        return std::uint64_t{base.id.idiag_cookie[1]} << 32 | base.id.idiag_cookie[0];
    }
};

/** Which socket is meant: its two ends, and the kernel's name of it. */
struct SocketName
{
    std::uint8_t family{0};
    inet_diag_sockid id{};
};

/** How an answer went on, by one of its datagrams. */
struct DiagPart
{
    bool last{false};
    int error{0}; //!< an errno: the kernel's, or EBADMSG for what is no good answer
};

/** The pure part: calls \p visit for each socket in \p answer, netlink messages of the kernel. */
DiagPart ReadDiagAnswer(std::span<const std::byte> answer,
                        const std::function<void(const DiagSocket&)>& visit);

/** \return a socket to ask the kernel about sockets by; none with errno. \param flags SOCK_… */
Descriptor OpenSockDiag(int flags);

/**
 * Asks for all sockets of both families with an own port (0: any). The kernel walks through the
 * whole of its table of connections for that, unless the only state is TCP_LISTEN. \param states
 * bits 1 << TCP_… \return an error when the kernel does not say
 */
std::optional<Error> ForEachSocket(std::uint16_t port,
                                   std::uint32_t states,
                                   const std::function<void(const DiagSocket&)>& visit);

/**
 * \return the socket that would take a new connection to \p server: found by the kernel at once, as
 * it finds it for a packet, so it costs the same however many sockets there are. Nothing: none, or
 * one that is bound to a network interface. An error when the kernel does not say.
 */
Expected<std::optional<DiagSocket>> FindSocketFor(const Endpoint& server);

/** \return that socket, found at once, too; nothing: it is gone. An error when the kernel does not
 * say.
 */
Expected<std::optional<DiagSocket>> FindSocket(const SocketName& name);

/** \return whether the own end of \p found is \p server. */
bool OwnEndIs(const DiagSocket& found, const Endpoint& server);

} // namespace sonda

#endif
