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
    /** Monitors that can be told of something at a time; of more, the one that asked longest ago
     * goes.
     */
    std::size_t mostWatchers{64};
};

/** A datagram and the peer that it goes to; Peer is the caller's own notion of an address. */
struct Reply
{
    std::string datagram;
    std::string address; //!< dotted quad
    std::uint16_t port;
};

/** Takes the load figures of the moment. \return them, or why they cannot be read */
using TakeFigures = std::function<Expected<Report>()>;

/**
 * Answers probe requests, without I/O.
 *
 * On a request it takes the load figures at once, as the student report has it, waits a uniform
 * time in the request's window and answers with the hold time. A request is answered once: its
 * nonce is remembered.
 *
 * A request may ask for notices: until the next request of the same monitor, which replaces or ends
 * the wish, and for at most MAX_HOLD. An agent does not know how often it is asked; after that time
 * the monitor is gone, or takes the nonce for too old. Not thread-safe.
 */
class Agent
{
  public:
    /** \param keyring when given, only authentic requests are answered, and answers are signed */
    Agent(AgentOptions options, std::optional<Keyring> keyring);

    /** Answers by other rules from now on; requests that wait are answered by them, too. */
    void
    Reconfigure(Duration defaultWindow, std::optional<Keyring> keyring)
    {
        m_options.defaultWindow = defaultWindow;
        m_keyring = std::move(keyring);
    }

    /** \return whether only authentic requests are answered, and answers are signed. */
    bool
    IsSigned() const
    {
        return m_keyring.has_value();
    }

    /** Is someone else, or elsewhere, from now on; requests that wait are answered so, too. */
    void
    Move(std::string id, Endpoint server)
    {
        m_options.id = std::move(id);
        m_options.server = std::move(server);
    }

    /**
     * \param datagram the bytes that arrived from \p address : \p port
     * \param figures is called during the call, and only for a request that passed all checks: what
     * a stranger sends shall not cost a reading of the load
     * \param random for the wait
     * \return nothing when the request will be answered, else why not (and it is counted)
     */
    std::optional<Refusal> OnDatagram(std::string_view datagram,
                                      const std::string& address,
                                      std::uint16_t port,
                                      Instant now,
                                      const TakeFigures& figures,
                                      RandomStream& random);

    /**
     * The same for a request that was decoded, and authenticated if that is wanted: one datagram to
     * a group reaches many agents of a simulation.
     */
    std::optional<Refusal> OnRequest(const Expected<ProbeRequest, Refusal>& request,
                                     const std::string& address,
                                     std::uint16_t port,
                                     Instant now,
                                     const TakeFigures& figures,
                                     RandomStream& random);

    /** \return when the next reply is due, if one is waiting. */
    std::optional<Instant> NextReply() const;

    /** \return the reply that has been due longest at \p now, if any; it must be sent at once. */
    std::optional<Reply> TakeReply(Instant now);

    /**
     * To be called when connections of the server end. Of the monitors that asked to be told of
     * falling below a number of connections that lies between \p before and \p after, one, drawn at
     * random, is told (Join-Idle-Queue: an idle server reports to one random dispatcher; Lu et al.,
     * Performance Evaluation 68, 2011).
     * \param before connections before the end, \p after after it, fewer
     * \param report the load figures at this moment
     * \param random for the draw
     * \return the notice, which must be sent at once, or nothing when nobody waits for one
     */
    std::optional<Reply> Notify(std::uint32_t before,
                                std::uint32_t after,
                                Instant now,
                                const Report& report,
                                RandomStream& random);

    /** \return whether a monitor waits to be told of falling below some number of connections. */
    bool WantsFalls(Instant now) const;

    /**
     * To be called when the server no longer takes connections, and repeated, as datagrams are
     * lost: every monitor that asked within MAX_HOLD is told.
     * \param report the load figures of this moment, with the state `drain` or `down`
     * \return the notices, which must be sent at once
     */
    std::vector<Reply> Announce(Instant now, const Report& report);

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

    std::uint64_t
    NoticesTaken() const
    {
        return m_notices;
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

    /** A monitor, its latest request, and the notices that it wants. */
    struct Watcher
    {
        std::string address;
        std::uint16_t port;
        std::string nonce;
        std::optional<std::uint32_t> below; //!< empty: it wants to hear of no connections
        Instant arrived;
        /** Of the last notice, whole microseconds; the monitor accepts longer ones only. */
        Duration lastHold{-1};
    };

    std::optional<Refusal> Accept(const ProbeRequest& request,
                                  const std::string& address,
                                  std::uint16_t port,
                                  Instant now,
                                  const TakeFigures& figures,
                                  RandomStream& random);
    bool Remember(const std::string& nonce);
    void Watch(const ProbeRequest& request,
               const std::string& address,
               std::uint16_t port,
               Instant now);
    void ForgetWatchers(Instant now);
    Reply MakeNotice(Watcher& watcher, Instant now, const Report& report);
    Watcher* DrawWatcher(std::uint32_t before,
                         std::uint32_t after,
                         Instant now,
                         RandomStream& random);
    Reply Pack(ProbeResponse response, const std::string& address, std::uint16_t port) const;

    AgentOptions m_options;
    std::optional<Keyring> m_keyring;
    std::multiset<Pending> m_pending;
    std::deque<std::string> m_seenOrder; //!< nonces, oldest first
    std::set<std::string> m_seen;
    std::vector<Watcher> m_watchers; //!< in the order of their requests
    RefusalCounters m_refusals;
    std::uint64_t m_replies{0};
    std::uint64_t m_notices{0};
};

} // namespace sonda

#endif
