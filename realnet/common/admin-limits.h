#ifndef SONDA_REALNET_COMMON_ADMIN_LIMITS_H
#define SONDA_REALNET_COMMON_ADMIN_LIMITS_H

#include "model/base/time.h"

#include <chrono>
#include <cstddef>

/** What the admin listener may take from the process, and how long its clients may take. */
namespace sonda
{

/** Clients at a time; further ones stay in the kernel's backlog. */
constexpr unsigned ADMIN_PLACES = 32;
/** Readers of events, each with a place for as long as it likes. The others are left for short
 * requests. */
constexpr int MOST_EVENT_READERS = 16;
/** Descriptors that it may hold at a time: connections, one just accepted, the listener, the
 * library's epoll and event descriptors, and what wakes its thread. */
constexpr std::size_t ADMIN_DESCRIPTORS = ADMIN_PLACES + 5;

/** Of a request's line and headers, and all that the library keeps for a connection. */
constexpr std::size_t ADMIN_CONNECTION_BYTES = 64 * 1024;
/** Of a request's body, which nothing here reads. */
constexpr std::size_t ADMIN_BODY_BYTES = 64 * 1024;

/** A client is dropped that neither sends nor reads for so long; the library counts whole seconds.
 */
constexpr std::chrono::seconds SILENCE_PATIENCE{3};
/** So is one that has not sent its whole request after this. */
constexpr Duration REQUEST_PATIENCE = std::chrono::seconds(5);
/** The same while every place is taken: who sends slowly makes room. */
constexpr Duration REQUEST_PATIENCE_WHEN_FULL = std::chrono::milliseconds(500);
/** While every place is taken, an answer (other than events) must have been read after this. */
constexpr Duration ANSWER_PATIENCE_WHEN_FULL = std::chrono::seconds(10);

} // namespace sonda

#endif
