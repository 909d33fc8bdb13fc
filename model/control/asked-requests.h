#ifndef SONDA_MODEL_CONTROL_ASKED_REQUESTS_H
#define SONDA_MODEL_CONTROL_ASKED_REQUESTS_H

#include "model/base/time.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace sonda
{

/** A nonce as a number: with single probes there are tens of thousands at a time. */
struct NonceNumber
{
    std::uint64_t high{0};
    std::uint64_t low{0};

    /** \param digits 32 hexadecimal ones, as the decoder lets through */
    static NonceNumber Parse(const std::string& digits);

    bool
    operator==(const NonceNumber& other) const
    {
        return high == other.high && low == other.low;
    }
};

/** A request that may still be answered, and who has answered it. */
class AskedRequest
{
  public:
    Instant sent{};
    bool single{false}; //!< to one agent

    /**
     * Notes an answer, or a notice that refers to the request.
     * \param id who answers
     * \param hold time of the answer
     * \return whether it is new. A request for one agent has one; another agent answers once; of an
     *         agent's notices each must have been held longer than the last one
     */
    bool Hear(const std::string& id, bool notice, Duration hold);

    /** As if nobody had answered. */
    void
    Clear()
    {
        m_heard.clear();
    }

  private:
    /** What one agent has said. */
    struct Heard
    {
        bool answered{false};
        Duration lastNotice{-1}; //!< its hold time
    };

    std::unordered_map<std::string, Heard> m_heard; //!< by identity
};

/** A monitor's requests that may still be answered, by nonce. Not thread-safe. */
class AskedRequests
{
  public:
    /** \return the request of that nonce, which nobody has answered; valid until Forget(). */
    AskedRequest& Keep(const NonceNumber& nonce, Instant sent, bool single);

    /** Forgets requests that were sent before \p oldest; their memory is used again. */
    void Forget(Instant oldest);

    /** \return the request, or null when there is none that was sent at \p oldest or later. */
    AskedRequest* Find(const NonceNumber& nonce, Instant oldest);

  private:
    struct Hash
    {
        std::size_t
        operator()(const NonceNumber& nonce) const
        {
            return nonce.high ^ nonce.low;
        }
    };

    using Requests = std::unordered_map<NonceNumber, AskedRequest, Hash>;

    Requests m_requests;
    std::deque<NonceNumber> m_order;          //!< of m_requests, oldest first
    std::vector<Requests::node_type> m_spare; //!< forgotten requests, to be used again
};

} // namespace sonda

#endif
