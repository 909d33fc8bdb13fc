#include "realnet/common/service-manager.h"

#include "model/base/shown.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

namespace sonda
{

namespace
{

/** Checks one socket and makes it fit for a worker's loop. */
std::optional<Error>
Prepare(const InheritedSocket& inherited, const std::vector<std::string>& names)
{
    const int fd = inherited.socket.Get();
    const std::string what =
        fmt::format("inherited socket \"{}\" (LISTEN_FDS)", Shown(inherited.name));
    if (std::find(names.begin(), names.end(), inherited.name) == names.end())
    {
        return Error{fmt::format("{} has no name that is known here (FileDescriptorName=, "
                                 "LISTEN_FDNAMES); there are: {}",
                                 what,
                                 fmt::join(names, ", "))};
    }
    if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
    {
        return Error{what + " is not a listening stream socket"};
    }
    // Workers share it: who comes too late for a client must not wait for the next one.
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
    {
        return SystemError(what);
    }
    return std::nullopt;
}

} // namespace

Expected<std::vector<InheritedSocket>>
InheritSockets(const std::vector<std::string>& names)
{
    char** list = nullptr;
    const int count = sd_listen_fds_with_names(1, &list);
    if (count < 0)
    {
        return Error{"LISTEN_FDS, LISTEN_PID or LISTEN_FDNAMES cannot be understood"};
    }
    std::vector<InheritedSocket> sockets;
    for (int i = 0; i < count; ++i)
    {
        sockets.push_back({list[i], Descriptor(SD_LISTEN_FDS_START + i)});
        std::free(list[i]);
    }
    std::free(list);
    for (const InheritedSocket& inherited : sockets)
    {
        if (auto error = Prepare(inherited, names))
        {
            return *error;
        }
    }
    return sockets;
}

} // namespace sonda
