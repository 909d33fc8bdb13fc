#include "realnet/agent/connection-counter.h"

#include "realnet/agent/listeners.h"
#include "realnet/agent/proc-text.h"
#include "realnet/agent/sock-diag.h"

#include <algorithm>
#include <netinet/tcp.h>

namespace sonda
{

namespace
{

bool
IsEstablished(const DiagSocket& socket)
{
    return socket.base.idiag_state == TCP_ESTABLISHED || socket.base.idiag_state == TCP_CLOSE_WAIT;
}

} // namespace

Expected<ConnectionCount>
CountConnections(const Endpoint& server, std::vector<SocketName>* all)
{
    constexpr std::uint32_t states =
        1U << TCP_ESTABLISHED | 1U << TCP_CLOSE_WAIT | 1U << TCP_FIN_WAIT1 | 1U << TCP_FIN_WAIT2;
    ConnectionCount count;
    const auto error =
        ForEachSocket(all ? 0 : server.port,
                      states,
                      [&](const DiagSocket& found)
                      {
                          Add(count, found, server);
                          if (all && IsEstablished(found))
                          {
                              all->push_back({found.base.idiag_family, found.base.id});
                          }
                      });
    if (error)
    {
        return *error;
    }
    return count;
}

bool
AllStand(const std::vector<SocketName>& connections)
{
    return std::all_of(connections.begin(),
                       connections.end(),
                       [](const SocketName& name)
                       {
                           const auto found = FindSocket(name);
                           return found && *found && IsEstablished(**found);
                       });
}

Expected<ConnectionCount>
CountConnectionsInSight(const Endpoint& server)
{
    if (const auto why = CheckListener(server))
    {
        return *why;
    }
    return CountConnections(server);
}

void
Add(ConnectionCount& count, const DiagSocket& socket, const Endpoint& server)
{
    if (!OwnEndIs(socket, server))
    {
        return;
    }
    switch (socket.base.idiag_state)
    {
    case TCP_ESTABLISHED:
    case TCP_CLOSE_WAIT:
        ++count.open;
        break;
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2:
        // Without an inode no process holds it: the server has closed it, and only the kernel
        // waits.
        count.open += socket.base.idiag_inode != 0 ? 1 : 0;
        count.serverEnded += socket.base.idiag_inode != 0 ? 1 : 0;
        break;
    default:
        break;
    }
}

std::optional<TcpActivity>
ParseTcpActivity(std::string_view text)
{
    LineReader lines(text);
    while (auto names = lines.Next())
    {
        auto values = lines.Next(); // each line of names is followed by one of values
        if (!values || TakeWord(*names) != "Tcp:" || TakeWord(*values) != "Tcp:")
        {
            continue;
        }
        TcpActivity activity;
        int found = 0;
        for (auto name = TakeWord(*names); !name.empty(); name = TakeWord(*names))
        {
            const auto value = ParseWhole(TakeWord(*values)); // MaxConn is -1
            std::uint64_t* wanted = name == "ActiveOpens"    ? &activity.activeOpens
                                    : name == "PassiveOpens" ? &activity.passiveOpens
                                    : name == "CurrEstab"    ? &activity.established
                                    : name == "InSegs"       ? &activity.segmentsIn
                                                             : nullptr;
            if (wanted && value)
            {
                *wanted = *value;
                ++found;
            }
        }
        return found == 4 ? std::optional(activity) : std::nullopt;
    }
    return std::nullopt;
}

Standstill
Compare(const TcpActivity& from, const TcpActivity& to)
{
    if (from.activeOpens != to.activeOpens || from.passiveOpens != to.passiveOpens ||
        from.established != to.established)
    {
        return Standstill::NO;
    }
    return from.segmentsIn == to.segmentsIn ? Standstill::CERTAIN : Standstill::LIKELY;
}

} // namespace sonda
