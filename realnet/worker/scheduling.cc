#include "realnet/worker/scheduling.h"

#include "realnet/common/descriptor.h"
#include "realnet/common/option-values.h"

#include <sched.h>

namespace sonda
{

Expected<Scheduling>
ParseScheduling(const std::string& text)
{
    return ParseOneOf<Scheduling>(text,
                                  "scheduling",
                                  {{"batch", Scheduling::BATCH}, {"normal", Scheduling::NORMAL}});
}

std::optional<Error>
ScheduleThisThread(Scheduling scheduling)
{
    constexpr int THIS_THREAD = 0;
    const sched_param noPriority{};
    if (scheduling == Scheduling::BATCH && sched_getscheduler(THIS_THREAD) == SCHED_OTHER &&
        sched_setscheduler(THIS_THREAD, SCHED_BATCH, &noPriority) != 0)
    {
        return SystemError("sched_setscheduler");
    }
    return std::nullopt;
}

} // namespace sonda
