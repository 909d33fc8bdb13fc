#ifndef SONDA_MODEL_CONTROL_MONITOR_H
#define SONDA_MODEL_CONTROL_MONITOR_H

#include "model/base/error.h"
#include "model/base/random-stream.h"
#include "model/control/asked-requests.h"
#include "model/control/monitor-options.h"
#include "model/control/whereabouts.h"
#include "model/protocol/auth.h"
#include "model/protocol/codec.h"
#include "model/protocol/refusal.h"
#include "model/table/agent-status.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sonda
{

/**
 * Sends probe requests and digests responses, without I/O: the caller sends what Probe() returns to
 * the group, what ProbeAgent() returns to one agent, and hands in what arrives.
 *
 * A response is accepted once per agent and request, for a request of the last two intervals; one
 * to a request for a single agent from one agent only. What it advertises must be possible where it
 * came from (CheckWhereabouts). RTT is arrival minus departure minus hold
 * time. A base-form response is matched to the last request to the group.
 *
 * A notice refers to a request of the last two intervals too, whether the agent has answered it or
 * not. Of the notices of one agent that refer to one request each must have a longer hold time than
 * the last one accepted: so neither a copy of a notice nor an older one is believed.
 *
 * Every refusal is counted by reason. Not thread-safe.
 */
class Monitor
{
  public:
    /**
     * Throws std::invalid_argument for options that CheckMonitorOptions() refuses.
     * \param keyring when given, requests are signed and only authentic responses accepted
     */
    Monitor(MonitorOptions options, std::optional<Keyring> keyring);

    /** Asks and accepts by other rules from now on; requests that are under way stay valid. */
    void
    Reconfigure(MonitorOptions options, std::optional<Keyring> keyring)
    {
        m_options = options;
        m_keyring = std::move(keyring);
    }

    /**
     * Says which link its datagrams come by; until then none is refused for where it came from. To
     * be called again when the link's addresses have changed.
     */
    void
    SetLink(Link link)
    {
        m_link = std::move(link);
    }

    /**
     * Signed requests bear a stamp about the time of day. It only ever grows, so a clock that is
     * set back does no harm while the monitor lives. \param offset from the caller's time line to
     * the time since 1970
     */
    void
    SetTimeOfDay(Duration offset)
    {
        m_timeOfDay = offset;
    }

    /**
     * Starts a round, or the next slice of one.
     * \param now departure of the request
     * \param source dotted quad that the agents will see as sender; used with a keyring only
     * \param random for the nonce
     * \return the datagram to send to the group
     */
    std::string Probe(Instant now, const std::string& source, RandomStream& random);

    /**
     * \param now departure of the request
     * \param source as in Probe()
     * \param random for the nonce
     * \param to identity of the agent, which it must have told itself; empty: it has told none
     * \return a request for one agent, which answers at once, to be sent to
     *         AgentStatus::source; in version 2 whatever the options say, as the base form has no
     *         nonce to tell its answer from that of a round
     */
    std::string ProbeAgent(Instant now,
                           const std::string& source,
                           RandomStream& random,
                           const std::string& to = {});

    /**
     * \return when Probe() is due next: an interval after the last time, or its k-th part with k
     *         slices; earlier the second time, if a lead says so; at once in the beginning.
     */
    Instant
    NextProbe() const
    {
        return m_nextProbe;
    }

    /**
     * \param datagram the bytes that arrived
     * \param sender who sent it
     * \param now arrival
     */
    Expected<Observation, Refusal> OnDatagram(std::string_view datagram,
                                              const Sender& sender,
                                              Instant now);

    /** The same where only the sender's address is known: loopback addresses are of this host. */
    Expected<Observation, Refusal> OnDatagram(std::string_view datagram,
                                              const std::string& source,
                                              Instant now);

    using Gate = std::function<std::optional<Refusal>(const Observation&)>;

    /**
     * \param gate is asked before an observation is accepted and remembered: what it objects to is
     *        refused, and a stranger can neither fill the memory of who has answered nor spoil the
     *        answer of the one whose name he uses; empty: nobody is asked
     */
    void
    SetGate(Gate gate)
    {
        m_gate = std::move(gate);
    }

    /** Counts a refusal that happened behind the monitor, in the table. */
    void
    CountRefusal(RefusalReason reason)
    {
        m_refusals.Count(reason);
    }

    const RefusalCounters&
    Refusals() const
    {
        return m_refusals;
    }

    /** \return how many requests went to the group. */
    std::uint64_t
    ProbesSent() const
    {
        return m_probesSent;
    }

    /** \return how many requests went to one agent each. */
    std::uint64_t
    SingleProbesSent() const
    {
        return m_singleProbesSent;
    }

    /** \return how many datagrams were accepted, notices included. */
    std::uint64_t
    ResponsesAccepted() const
    {
        return m_accepted;
    }

    std::uint64_t
    NoticesAccepted() const
    {
        return m_notices;
    }

    const MonitorOptions&
    GetOptions() const
    {
        return m_options;
    }

  private:
    /** \return the time from the request that is made now to the next. */
    Duration NextGap() const;
    std::string Send(ProbeRequest request,
                     bool single,
                     Instant now,
                     const std::string& source,
                     RandomStream& random);
    /** \return when a request must have been sent to be answered now. */
    Instant OldestValid(Instant now) const;
    Expected<Observation, Refusal> Digest(std::string_view datagram,
                                          const Sender& sender,
                                          Instant now);
    Expected<Observation, Refusal> Match(const ProbeResponse& response,
                                         const std::string& source,
                                         Instant now);
    ProbeRequest::Order NextOrder(Instant now, RandomStream& random);
    AskedRequest* FindRequest(const ProbeResponse& response, Instant now);
    std::optional<RefusalReason> Count(AskedRequest& request, const Observation& observation) const;

    MonitorOptions m_options;
    std::optional<Keyring> m_keyring;
    Gate m_gate;
    std::optional<Link> m_link;
    Duration m_timeOfDay{0};
    ProbeRequest::Order m_lastOrder; //!< of the last signed request; without monitor: none was sent
    AskedRequests m_requests;
    std::optional<NonceNumber> m_lastRound;
    std::uint32_t m_nextSlice{0};
    Instant m_nextProbe{};
    RefusalCounters m_refusals;
    std::uint64_t m_probesSent{0};
    std::uint64_t m_singleProbesSent{0};
    std::uint64_t m_accepted{0};
    std::uint64_t m_notices{0};
};

} // namespace sonda

#endif
