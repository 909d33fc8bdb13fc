#include "realnet/agent/listeners.h"

#include "realnet/agent/local-address.h"
#include "realnet/agent/sock-diag.h"
#include "realnet/common/socket-address.h"

#include <algorithm>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

Error
NoListener(const Endpoint& server)
{
    return Error{"nothing listens at " + ToString(server) + " in this network namespace"};
}

Error
NotHere(const Endpoint& server)
{
    return Error{server.address +
                 " is not an address of this network namespace, so connections to it go past"};
}

Listener
ToListener(const DiagSocket& socket)
{
    return {socket.Cookie(), socket.base.idiag_inode, socket.cgroup};
}

} // namespace

ListenerMatch
Match(const DiagSocket& socket, const Endpoint& server)
{
    if (socket.base.idiag_state != TCP_LISTEN || socket.base.id.idiag_sport != htons(server.port))
    {
        return ListenerMatch::NONE;
    }
    if (OwnEndIs(socket, server))
    {
        return ListenerMatch::THIS_ADDRESS;
    }
    const std::uint32_t* source = socket.base.id.idiag_src;
    const bool isV6Server = SocketAddress(server).Family() == AF_INET6;
    const bool isV6Socket = socket.base.idiag_family == AF_INET6;
    const bool isAny = isV6Socket ? std::all_of(source, source + 4, [](auto w) { return w == 0; })
                                  : source[0] == 0;
    const bool takesFamily = isV6Server ? isV6Socket : !isV6Socket || !socket.onlyV6;
    return isAny && takesFamily ? ListenerMatch::ANY_ADDRESS : ListenerMatch::NONE;
}

Expected<std::vector<Listener>>
FindListeners(const Endpoint& server)
{
    if (IsLocalAddress(server.address) == false)
    {
        return std::vector<Listener>{};
    }
    std::vector<Listener> ofAddress;
    std::vector<Listener> ofAny;
    const auto error = ForEachSocket(server.port,
                                     1U << TCP_LISTEN,
                                     [&](const DiagSocket& socket)
                                     {
                                         const auto match = Match(socket, server);
                                         if (match == ListenerMatch::THIS_ADDRESS)
                                         {
                                             ofAddress.push_back(ToListener(socket));
                                         }
                                         else if (match == ListenerMatch::ANY_ADDRESS)
                                         {
                                             ofAny.push_back(ToListener(socket));
                                         }
                                     });
    if (error)
    {
        return *error;
    }
    auto& found = ofAddress.empty() ? ofAny : ofAddress;
    std::sort(found.begin(),
              found.end(),
              [](const Listener& one, const Listener& other) { return one.cookie < other.cookie; });
    return found;
}

std::optional<Error>
CheckListener(const Endpoint& server)
{
    if (IsLocalAddress(server.address) == false)
    {
        return NotHere(server);
    }
    const auto found = FindSocketFor(server);
    if (found && *found)
    {
        return std::nullopt;
    }
    const auto all = FindListeners(server); // those bound to an interface, too
    if (!all)
    {
        return all.GetError();
    }
    return all->empty() ? std::optional(NoListener(server)) : std::nullopt;
}

} // namespace sonda
