#ifndef SONDA_REALNET_COMMON_CLOCK_H
#define SONDA_REALNET_COMMON_CLOCK_H

#include "model/base/time.h"

#include <ctime>

/**
 * The one clock of the real binaries. Its epoch is that of CLOCK_MONOTONIC, so steps of the wall
 * clock move nothing. Any thread.
 */
namespace sonda
{

/** \return the time now. */
Instant Now();

/** \return what has to be added to the time now to get the time since 1970, as the host has it. */
Duration TimeOfDayOffset();

/**
 * Turns the kernel's receive timestamp, which is wall time, into an Instant.
 *
 * \param stamp wall time of the arrival
 * \param wallNow wall time now
 * \param now the same moment as \p wallNow
 * \return the arrival; \p now where the two wall times make no sense together (the wall clock was
 * set between them: the age is negative or above a second)
 */
Instant ArrivalFromWallTime(const timespec& stamp, const timespec& wallNow, Instant now);

} // namespace sonda

#endif
