#ifndef SONDA_MODEL_CONTROL_PENDING_REQUESTS_H
#define SONDA_MODEL_CONTROL_PENDING_REQUESTS_H

#include "model/base/time.h"
#include "model/protocol/pdu.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace sonda
{

/** A request that waits for its answer. */
struct PendingRequest
{
    Instant due;
    Instant arrived;
    std::string address;
    std::uint16_t port{0};
    std::optional<std::string> nonce;
    Report report;                   //!< of the arrival
    std::optional<std::size_t> room; //!< bytes that the answer may have; nothing: no limit

    bool
    operator<(const PendingRequest& other) const
    {
        return due < other.due;
    }
};

/**
 * The requests that wait in an agent, bounded so that nobody can fill it for others.
 *
 * When it is full a new request takes the place of the one that waits longest of the address that
 * has most: always, if the newcomer's address has at least two fewer than that; else only if it can
 * be answered sooner. So one address cannot keep another out, and a request for long waiting cannot
 * keep out one for short. Not thread-safe.
 */
class PendingRequests
{
  public:
    explicit PendingRequests(std::size_t most)
        : m_most(most)
    {
    }

    /**
     * \param due when the newcomer would be answered
     * \return whether there is room for it, perhaps in the place of another
     */
    bool CanTake(const std::string& address, Instant due) const;

    /** To be called for one that CanTake(); another goes for it if need be. */
    void Add(PendingRequest request);

    std::size_t
    Size() const
    {
        return m_requests.size();
    }

    /** \return when the first one is due, if there is one. */
    std::optional<Instant> NextDue() const;

    /** \return the one that has been due longest, and takes it out; nothing: none is due. */
    std::optional<PendingRequest> TakeDue(Instant now);

    /** \return how many had to go for others. */
    std::uint64_t
    Dropped() const
    {
        return m_dropped;
    }

  private:
    using Requests = std::multiset<PendingRequest>;

    Requests::const_iterator FindVictim(const std::string& address, Instant due) const;

    std::size_t m_most;
    Requests m_requests;
    std::uint64_t m_dropped{0};
};

} // namespace sonda

#endif
