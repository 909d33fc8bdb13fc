#ifndef SONDA_MODEL_BASE_TIME_H
#define SONDA_MODEL_BASE_TIME_H

#include <chrono>

/**
 * Time as a parameter.
 *
 * The model never asks what time it is: every entry point that depends on time takes an Instant.
 * In simulation it is the simulated time, in the real binaries the monotonic clock. Instants of
 * different worlds do not mix; their epoch is whatever the caller says.
 */
namespace sonda
{

/** A length of time, in whole nanoseconds. */
using Duration = std::chrono::nanoseconds;

/** Tag of the time line that the caller keeps; it has no clock behind it. */
struct Timeline
{
};

/** A point of the caller's monotonic time line. */
using Instant = std::chrono::time_point<Timeline, Duration>;

/** \return the length in seconds. */
inline double
ToSeconds(Duration d)
{
    return std::chrono::duration<double>(d).count();
}

/** \return the length of \p seconds, rounded to the nearest nanosecond. */
inline Duration
FromSeconds(double seconds)
{
    return std::chrono::round<Duration>(std::chrono::duration<double>(seconds));
}

} // namespace sonda

#endif
