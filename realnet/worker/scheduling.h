#ifndef SONDA_REALNET_WORKER_SCHEDULING_H
#define SONDA_REALNET_WORKER_SCHEDULING_H

#include "model/base/error.h"

#include <optional>
#include <string>

namespace sonda
{

/** When the kernel lets a thread run that has just got work. */
enum class Scheduling
{
    /**
     * SCHED_BATCH (sched(7)): when a core is free, or whoever has it has had its share. Clients and
     * servers on the same machine then finish what they are at, so that more events come at once
     * and threads wake less often (docs/performance.md). With a core for itself it makes no
     * difference.
     */
    BATCH,
    /** As the process was started; commonly SCHED_OTHER, where it may interrupt others at once. */
    NORMAL,
};

/** \return the one named "batch" or "normal". */
Expected<Scheduling> ParseScheduling(const std::string& text);

/**
 * Has the calling thread scheduled so. A policy other than SCHED_OTHER stays: whoever started the
 * process has chosen it. \return why the kernel refuses, if it does
 */
std::optional<Error> ScheduleThisThread(Scheduling scheduling);

} // namespace sonda

#endif
