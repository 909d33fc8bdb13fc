#include "realnet/common/clock.h"

namespace sonda
{

namespace
{

Duration
ToDuration(const timespec& t)
{
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

} // namespace

Instant
Now()
{
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return Instant(ToDuration(t));
}

Duration
TimeOfDayOffset()
{
    timespec t{};
    clock_gettime(CLOCK_REALTIME, &t);
    return ToDuration(t) - Now().time_since_epoch();
}

Instant
ArrivalFromWallTime(const timespec& stamp, const timespec& wallNow, Instant now)
{
    const Duration age = ToDuration(wallNow) - ToDuration(stamp);
    if (age < Duration::zero() || age > std::chrono::seconds(1))
    {
        return now;
    }
    return now - age;
}

} // namespace sonda
