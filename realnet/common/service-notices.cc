#include "realnet/common/descriptor.h"
#include "realnet/common/service-manager.h"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/**
 * The protocol of sd_notify(3), which is one datagram and promised to stay as it is. Its manual
 * page has programs speak it themselves where libsystemd is too much: with the five libraries that
 * come along it takes 1 MB of an agent's 7.
 */
namespace sonda
{

namespace
{

std::string_view
Environment(const char* name)
{
    const char* value = std::getenv(name);
    return value ? value : "";
}

std::optional<std::uint64_t>
Number(std::string_view text)
{
    std::uint64_t value = 0;
    for (const char digit : text)
    {
        if (digit < '0' || digit > '9' || value > (UINT64_MAX - 9) / 10)
        {
            return std::nullopt;
        }
        value = 10 * value + static_cast<std::uint64_t>(digit - '0');
    }
    return text.empty() ? std::nullopt : std::optional(value);
}

} // namespace

void
NotifyManager(const std::string& lines)
{
    const std::string_view path = Environment("NOTIFY_SOCKET");
    sockaddr_un address{};
    if (path.size() < 2 || path.size() >= sizeof(address.sun_path) ||
        (path[0] != '/' && path[0] != '@'))
    {
        return;
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path[0] == '@') // not in the file system
    {
        address.sun_path[0] = '\0';
    }
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    while (socket &&
           sendto(socket.Get(),
                  lines.data(),
                  lines.size(),
                  MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&address),
                  size) < 0 &&
           errno == EINTR)
    {
    }
}

void
NotifyReloading(Instant now)
{
    const auto us =
        std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
    NotifyManager(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", us));
}

std::optional<Duration>
WatchdogPeriod()
{
    const auto us = Number(Environment("WATCHDOG_USEC"));
    const auto pid = Environment("WATCHDOG_PID");
    constexpr std::uint64_t MOST = INT64_MAX / 1000; // what a Duration holds
    if (!us || *us == 0 || *us > MOST ||
        (!pid.empty() && Number(pid) != static_cast<std::uint64_t>(getpid())))
    {
        return std::nullopt;
    }
    return Duration(std::chrono::microseconds(*us)) / 2;
}

} // namespace sonda
