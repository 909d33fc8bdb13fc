#include "realnet/agent/figures-text.h"

#include <fmt/format.h>
#include <optional>

namespace sonda
{

namespace
{

constexpr double MIB = 1024.0 * 1024.0;
constexpr const char* NOT_KNOWN = "not known";

std::string
Memory(const LoadFigures& figures)
{
    return figures.memory ? fmt::format("{:.0f} of {:.0f} MiB free",
                                        figures.memory->free / MIB,
                                        figures.memory->total / MIB)
                          : std::string("free memory ") + NOT_KNOWN;
}

std::string
Cpu(const LoadFigures& figures)
{
    const std::string cores = figures.cores ? fmt::format("{:g} cores", *figures.cores)
                                            : "cores, their number not known,";
    if (!figures.cpu)
    {
        return fmt::format("unused CPU of {} {}", cores, NOT_KNOWN);
    }
    return fmt::format("{:.1f} % of {} unused ({} over 10 s)",
                       *figures.cpu,
                       cores,
                       figures.cpu10s ? fmt::format("{:.1f} %", *figures.cpu10s) : NOT_KNOWN);
}

std::string
Number(const std::optional<double>& number)
{
    return number ? fmt::format("{:g}", *number) : NOT_KNOWN;
}

} // namespace

std::string
DescribeFigures(const AgentOptions& options,
                const LoadFigures& figures,
                const Expected<ConnectionCount>& connections,
                double weight)
{
    const std::string server = ToString(options.server);
    return fmt::format("{} at {}: {}, {}, run queue {}, {}, weight {:g}; limits: {}; memory: {}; "
                       "CPU: {}; cores: {}; run queue: {}; connections: {}",
                       options.id,
                       server,
                       Memory(figures),
                       Cpu(figures),
                       Number(figures.load1),
                       connections ? fmt::format("{} connections", connections->open)
                                   : std::string("connections ") + NOT_KNOWN,
                       weight,
                       figures.limits,
                       figures.memory ? figures.memory->from : figures.memory.GetError().message,
                       figures.cpuFrom,
                       figures.coresFrom,
                       figures.load1 ? "/proc/loadavg, of the whole machine"
                                     : "/proc/loadavg cannot be read",
                       connections ? "sockets at " + server + " that the kernel lists"
                                   : connections.GetError().message);
}

} // namespace sonda
