#ifndef SONDA_MODEL_CONTROL_AGENT_H
#define SONDA_MODEL_CONTROL_AGENT_H

#include "model/base/random-stream.h"
#include "model/protocol/auth.h"
#include "model/protocol/codec.h"
#include "model/protocol/refusal.h"

#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sonda
{

/** Who an agent is and how it answers. */
struct AgentOptions
{
    std::string id;                                         //!< stable identity
    Endpoint server;                                        //!< what it advertises
    Duration defaultWindow{std::chrono::milliseconds(500)}; //!< for requests that name none
    bool baseForm{false};                                   //!< answer with the report's keys only
    /** Bounds memory under a flood of requests; an honest monitor has one or two waiting. */
    std::size_t mostPending{64};
};

/** A datagram and the peer that it goes to; Peer is the caller's own notion of an address. */
struct Reply
{
    std::string datagram;
    std::string address; //!< dotted quad
    std::uint16_t port;
};

/**
 * Answers probe requests, without I/O.
 *
 * On a request it takes the load figures at once, as the student report has it, waits a uniform
 * time in the request's window and answers with the hold time. A request is answered once: its
 * nonce is remembered. Not thread-safe.
 */
class Agent
{
  public:
    /** \param keyring when given, only authentic requests are answered, and answers are signed */
    Agent(AgentOptions options, std::optional<Keyring> keyring);

    /**
     * \param datagram the bytes that arrived from \p address : \p port
     * \param report the load figures at this moment
     * \param random for the wait
     * \return nothing when the request will be answered, else why not (and it is counted)
     */
    std::optional<Refusal> OnDatagram(std::string_view datagram,
                                      const std::string& address,
                                      std::uint16_t port,
                                      Instant now,
                                      const Report& report,
                                      RandomStream& random);

    /** \return when the next reply is due, if one is waiting. */
    std::optional<Instant> NextReply() const;

    /** \return the reply that has been due longest at \p now, if any; it must be sent at once. */
    std::optional<Reply> TakeReply(Instant now);

    const RefusalCounters&
    Refusals() const
    {
        return m_refusals;
    }

    std::uint64_t
    RepliesTaken() const
    {
        return m_replies;
    }

    const AgentOptions&
    GetOptions() const
    {
        return m_options;
    }

  private:
    struct Pending
    {
        Instant due;
        Instant arrived;
        std::string address;
        std::uint16_t port;
        std::optional<std::string> nonce;
        Report report;

        bool
        operator<(const Pending& other) const
        {
            return due < other.due;
        }
    };

    std::optional<Refusal> Accept(std::string_view datagram,
                                  const std::string& address,
                                  std::uint16_t port,
                                  Instant now,
                                  const Report& report,
                                  RandomStream& random);
    bool Remember(const std::string& nonce);

    AgentOptions m_options;
    std::optional<Keyring> m_keyring;
    std::multiset<Pending> m_pending;
    std::deque<std::string> m_seenOrder; //!< nonces, oldest first
    std::set<std::string> m_seen;
    RefusalCounters m_refusals;
    std::uint64_t m_replies{0};
};

} // namespace sonda

#endif
