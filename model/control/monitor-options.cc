#include "model/control/monitor-options.h"

#include "model/protocol/pdu.h"

#include <string>

namespace sonda
{

std::optional<Error>
CheckMonitorOptions(const MonitorOptions& options)
{
    if (options.slices == 0 || options.slices > MAX_SLICES)
    {
        return Error{"monitor: slices must be 1 to " + std::to_string(MAX_SLICES)};
    }
    if (options.interval / options.slices <= Duration(0))
    {
        return Error{"monitor: an interval of " + std::to_string(options.interval.count()) +
                     " ns has no room for " + std::to_string(options.slices) +
                     " slices; a nanosecond each is the least"};
    }
    if (!(options.lead >= 0 && options.lead < 1))
    {
        return Error{"monitor: lead must be from 0 to below 1"};
    }
    if (options.baseForm && (options.slices > 1 || options.noticeBelow > 0))
    {
        return Error{"monitor: a request of the base form can ask neither for a slice nor for "
                     "notices"};
    }
    return std::nullopt;
}

} // namespace sonda
