#ifndef SONDA_MODEL_CONTROL_MONITOR_H
#define SONDA_MODEL_CONTROL_MONITOR_H

#include "model/base/error.h"
#include "model/base/random-stream.h"
#include "model/protocol/auth.h"
#include "model/protocol/codec.h"
#include "model/protocol/refusal.h"
#include "model/table/agent-status.h"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace sonda
{

/** How a monitor asks, and what it accepts. */
struct MonitorOptions
{
    Duration interval{std::chrono::seconds(5)};      //!< between probe requests
    Duration window{std::chrono::milliseconds(500)}; //!< agents spread their responses over it
    bool baseForm{false};                            //!< ask in the base form: no nonce, no window
    /** Each agent is asked once an interval; with k slices, k requests in turn ask a k-th each. */
    std::uint32_t slices{1};
    std::uint32_t noticeBelow{0};  //!< agents shall tell that they fall below it; 0: no
    bool acceptBase{true};         //!< accept responses without a nonce
    bool allowForeignSource{true}; //!< accept a response from another address than it advertises
};

/**
 * Sends probe requests and digests responses, without I/O: the caller sends what Probe() returns to
 * the group and hands in what arrives.
 *
 * A response is accepted once per agent and request, for a request of the last two intervals. RTT
 * is arrival minus departure minus hold time. A base-form response is matched to the last request.
 * Every refusal is counted by reason. Not thread-safe.
 */
class Monitor
{
  public:
    /** \param keyring when given, requests are signed and only authentic responses accepted */
    Monitor(MonitorOptions options, std::optional<Keyring> keyring);

    /**
     * Starts a round.
     * \param now departure of the request
     * \param source dotted quad that the agents will see as sender; used with a keyring only
     * \param random for the nonce
     * \return the datagram to send to the group
     */
    std::string Probe(Instant now, const std::string& source, RandomStream& random);

    /** \return when the next round is due: one interval after the last, at once in the beginning.
     */
    Instant
    NextProbe() const
    {
        return m_nextProbe;
    }

    /**
     * \param datagram the bytes that arrived
     * \param source dotted quad of the sender
     * \param now arrival
     */
    Expected<Observation, Refusal> OnDatagram(std::string_view datagram,
                                              const std::string& source,
                                              Instant now);

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

    std::uint64_t
    ProbesSent() const
    {
        return m_probesSent;
    }

    std::uint64_t
    ResponsesAccepted() const
    {
        return m_accepted;
    }

    const MonitorOptions&
    GetOptions() const
    {
        return m_options;
    }

  private:
    struct Round
    {
        std::string nonce;
        Instant sent;
        std::unordered_set<std::string> answered; //!< identities
    };

    Expected<Observation, Refusal> Digest(std::string_view datagram,
                                          const std::string& source,
                                          Instant now);
    Round* FindRound(const ProbeResponse& response, Instant now);

    MonitorOptions m_options;
    std::optional<Keyring> m_keyring;
    std::deque<Round> m_rounds; //!< newest last
    Instant m_nextProbe{};
    RefusalCounters m_refusals;
    std::uint64_t m_probesSent{0};
    std::uint64_t m_accepted{0};
};

} // namespace sonda

#endif
