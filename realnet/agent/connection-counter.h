#ifndef SONDA_REALNET_AGENT_CONNECTION_COUNTER_H
#define SONDA_REALNET_AGENT_CONNECTION_COUNTER_H

#include "model/base/error.h"
#include "model/protocol/pdu.h"
#include "realnet/agent/sock-diag.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sonda
{

/** Connections of a server, counted at one moment. */
struct ConnectionCount
{
    std::uint32_t open{0};
    /** Of them, those of which the server has ended its direction: no counter of the kernel tells
     * when they end. */
    std::uint32_t serverEnded{0};
};

/**
 * \return how many TCP connections have \p server as their own end and are not over: established,
 * or with one direction ended, by the client (CLOSE_WAIT) or by a server that still reads. It is
 * what a proxy counts, too. Counted by the kernel (sock_diag: at 10,000 connections far cheaper
 * than reading /proc/net/tcp); an error when it does not say. Any thread.
 * \param all when given, gets every connection of the network namespace that is established or that
 * its client has ended, of whatever port: those that TcpActivity::established counts
 */
Expected<ConnectionCount> CountConnections(const Endpoint& server,
                                           std::vector<SocketName>* all = nullptr);

/** \return whether these connections are still as CountConnections() found them. Any thread. */
bool AllStand(const std::vector<SocketName>& connections);

/** \return the same with the reason where the server's connections cannot be seen from here:
 * nothing listens in this network namespace. Any thread. */
Expected<ConnectionCount> CountConnectionsInSight(const Endpoint& server);

/** Adds a socket to the count where it is one of the server's connections. Pure. */
void Add(ConnectionCount& count, const DiagSocket& socket, const Endpoint& server);

/** What the kernel counts for all TCP of the network namespace. */
struct TcpActivity
{
    std::uint64_t activeOpens{0};
    std::uint64_t passiveOpens{0};
    std::uint64_t established{0}; //!< connections now, CLOSE_WAIT included
    std::uint64_t segmentsIn{0};
};

/** \return it from the text of /proc/net/snmp, if it is there. Pure. */
std::optional<TcpActivity> ParseTcpActivity(std::string_view text);

/** What two looks at the activity say of the connections in between. */
enum class Standstill
{
    NO,     //!< they may have changed
    LIKELY, //!< none began, and as many are there: all the same unless one that was under way
            //!< began at the moment at which another ended
    CERTAIN //!< and not a segment came in, without which none begins
};

Standstill Compare(const TcpActivity& from, const TcpActivity& to);

} // namespace sonda

#endif
