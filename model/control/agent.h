#ifndef SONDA_MODEL_CONTROL_AGENT_H
#define SONDA_MODEL_CONTROL_AGENT_H

#include "model/base/random-stream.h"
#include "model/control/answer-budget.h"
#include "model/control/pending-requests.h"
#include "model/control/request-order.h"
#include "model/control/watchers.h"
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
    /** Bounds memory under a flood of requests (PendingRequests); an honest monitor has one or two
     * waiting.
     */
    std::size_t mostPending{64};
    std::size_t mostWatchers{64}; //!< monitors that can be told of something at a time (Watchers)
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
 * nonce is remembered. One without nonce is answered in the base form.
 *
 * With a keyring, requests that bear a stamp must be newer than what their monitor asked before
 * (RequestOrder). Without one anybody may ask, for anybody: answers then are bounded
 * (AnswerBudget), and figures that find no room are left out.
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

    /** \return refusals by reason; `busy` counts those, too, that were taken and had to go. */
    RefusalCounters Refusals() const;

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
    /** Where a request came from, and what it may be answered with. */
    struct Asker
    {
        const std::string& address;
        std::uint16_t port;
        /** Bytes of its datagram; nothing: authenticated, or known not to be forged. */
        std::optional<std::size_t> bytes;
    };

    std::optional<Refusal> AcceptCounted(const Expected<ProbeRequest, Refusal>& request,
                                         const Asker& asker,
                                         Instant now,
                                         const TakeFigures& figures,
                                         RandomStream& random);
    /** \return how long the answer is to be held back: uniform in the window that was asked for. */
    Duration DrawWait(const ProbeRequest& request, RandomStream& random) const;
    std::optional<Refusal> Accept(const ProbeRequest& request,
                                  const Asker& asker,
                                  Instant now,
                                  const TakeFigures& figures,
                                  RandomStream& random);
    std::optional<Refusal> CheckLimits(const ProbeRequest& request,
                                       const Asker& asker,
                                       Instant now,
                                       Instant due);
    /** Whether the request is for this agent, and for the first time. */
    std::optional<Refusal> CheckAddressee(const ProbeRequest& request) const;
    std::optional<Refusal> CheckOrder(const ProbeRequest& request,
                                      const std::string& address,
                                      Instant now);
    bool AnswersInBaseForm(const std::optional<std::string>& nonce) const;
    std::optional<std::size_t> RoomFor(const Asker& asker) const;
    bool HasRoom(const ProbeRequest& request, const Asker& asker) const;
    bool Pay(const Asker& asker, bool isBaseForm, Instant now);
    void Remember(const std::string& nonce);
    ProbeResponse MakeAnswer(const PendingRequest& request, Instant now) const;
    Reply MakeNotice(Watcher& watcher, Instant now, const Report& report);
    Reply Pack(ProbeResponse response,
               const std::string& address,
               std::uint16_t port,
               std::optional<std::size_t> room) const;

    AgentOptions m_options;
    std::optional<Keyring> m_keyring;
    PendingRequests m_pending;
    std::deque<std::string> m_seenOrder; //!< nonces, oldest first
    std::set<std::string> m_seen;
    RequestOrder m_order;
    AnswerBudget m_budget;
    Watchers m_watchers;
    RefusalCounters m_refusals;
    std::uint64_t m_replies{0};
    std::uint64_t m_notices{0};
};

} // namespace sonda

#endif
