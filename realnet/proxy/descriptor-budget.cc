#include "realnet/proxy/descriptor-budget.h"

#include <algorithm>
#include <fmt/format.h>
#include <sys/resource.h>

namespace sonda
{

namespace
{

/** Standard streams, signals, Asio's own, the monitor's socket, and some for libraries. */
constexpr std::size_t RESERVED = 20;
/** An epoll and an eventfd. */
constexpr std::size_t PER_WORKER = 2;

} // namespace

Expected<DescriptorBudget>
ShareDescriptors(std::size_t limit,
                 std::size_t workers,
                 std::size_t pipesWanted,
                 std::size_t others,
                 std::optional<std::size_t> connectionsWanted)
{
    DescriptorBudget budget;
    budget.pipesPerWorker = std::min(pipesWanted, limit / 4 / 2 / workers);
    const std::size_t taken =
        RESERVED + others + workers * (PER_WORKER + 2 * budget.pipesPerWorker);
    const std::size_t least = taken + 2 * connectionsWanted.value_or(1);
    if (limit < least)
    {
        return Error{
            fmt::format("a limit of {} open files (ulimit -n) is too low for {} workers and "
                        "{} connections; at least {} are needed",
                        limit,
                        workers,
                        connectionsWanted.value_or(1),
                        least)};
    }
    budget.connections = connectionsWanted.value_or((limit - taken) / 2);
    return budget;
}

std::size_t
RaiseDescriptorLimit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    {
        return 1024; // what Linux gives where nobody says otherwise
    }
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
    {
        limit.rlim_cur = before;
    }
    return static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, 1U << 30));
}

} // namespace sonda
