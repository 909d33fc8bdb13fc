#ifndef SONDA_MODEL_CONTROL_WATCHERS_H
#define SONDA_MODEL_CONTROL_WATCHERS_H

#include "model/base/random-stream.h"
#include "model/base/time.h"
#include "model/protocol/pdu.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/** A monitor that asks an agent, its latest request, and the notices that it wants. */
struct Watcher
{
    std::string address;
    std::uint16_t port{0};
    std::string nonce;                  //!< of its latest request
    std::optional<std::uint32_t> below; //!< empty: it wants to hear of no connections
    std::uint64_t stamp{0};             //!< of that request; 0: unsigned
    Instant first;                      //!< when it was heard first
    Instant arrived;                    //!< when its latest request came
    /** Of the last notice, whole microseconds; the monitor accepts longer ones only. */
    Duration lastHold{-1};
};

/** \return the time since a request's arrival as a response states it. */
Duration HoldOf(Instant arrived, Instant now);

/**
 * The monitors that an agent can tell of something, bounded so that strangers cannot push out who
 * belongs here.
 *
 * Of more than fit, one of the address that has most of them goes; when none has more than one,
 * any. Among those the one that has been asking for the shortest time goes, from its first request
 * to its last, and of equals the one that asked longest ago: a monitor that has been asking all day
 * stays. A monitor is forgotten MAX_HOLD after its last request. Not thread-safe.
 */
class Watchers
{
  public:
    explicit Watchers(std::size_t most)
        : m_most(most)
    {
    }

    /**
     * Notes a request: it replaces the wishes of an older one of the same address and port, and
     * leaves those of a newer one alone, which came first.
     * \param keeps false: it has no words for notices, and ends the wishes
     */
    void Note(const ProbeRequest& request,
              const std::string& address,
              std::uint16_t port,
              bool keeps,
              Instant now);

    /** \return whether one waits to be told of falling below some number of connections. */
    bool WantsFalls(Instant now) const;

    /**
     * \return one of those who want to be told of a fall from \p before to \p after connections,
     *         drawn at random; null: none does
     */
    Watcher* Draw(std::uint32_t before, std::uint32_t after, Instant now, RandomStream& random);

    /** \return all who can be told of something now, in the order of their latest requests. */
    std::vector<Watcher*> All(Instant now);

  private:
    void Forget(Instant now);
    void MakeRoom();

    std::size_t m_most;
    std::vector<Watcher> m_watchers; //!< in the order of their latest requests
};

} // namespace sonda

#endif
