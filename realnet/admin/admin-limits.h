#ifndef SONDA_REALNET_ADMIN_ADMIN_LIMITS_H
#define SONDA_REALNET_ADMIN_ADMIN_LIMITS_H

#include <cstddef>

/** What the admin server may take from the process. */
namespace sonda
{

constexpr std::size_t ADMIN_THREADS = 24;
/** Connections that may wait for a thread; further ones stay in the kernel's backlog. */
constexpr std::size_t ADMIN_WAITING = 8;
/** Readers of events; each holds a thread. The others are left for short requests. */
constexpr int MOST_EVENT_READERS = 16;
/** Descriptors that it may hold at a time: connections, one just accepted, the listener and what
 * stops it. */
constexpr std::size_t ADMIN_DESCRIPTORS = ADMIN_THREADS + ADMIN_WAITING + 3;

} // namespace sonda

#endif
