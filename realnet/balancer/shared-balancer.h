#ifndef SONDA_REALNET_BALANCER_SHARED_BALANCER_H
#define SONDA_REALNET_BALANCER_SHARED_BALANCER_H

#include "model/control/balancer.h"
#include "realnet/balancer/agent-event.h"
#include "realnet/balancer/balancer-witness.h"
#include "realnet/balancer/waiting-lines.h"
#include "realnet/common/clock.h"
#include "realnet/common/random.h"
#include "realnet/common/socket-address.h"

#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sonda
{

/** The agent that a connection was handed to. */
struct Target
{
    AgentIndex agent{0};
    SocketAddress address;
    std::string id; //!< identity of the agent
};

/**
 * \return why this process must not connect to a server ("it is the listener 10.0.0.1:80");
 * nothing: it may.
 */
using EndpointGuard = std::function<std::optional<std::string>(const Endpoint&)>;

/**
 * The Balancer behind one mutex, with the clock and the random numbers that it needs. The time is
 * read under the mutex, so that the balancer sees it only grow. Any thread.
 */
class SharedBalancer
{
  public:
    SharedBalancer(Formula formula,
                   std::unique_ptr<Policy> policy,
                   TableTiming timing,
                   std::uint64_t seed);

    /**
     * Before the first event only. \param witness is told of all events; must outlive the balancer
     * \param trace see Balancer::SetTrace(); null: the witness wants none
     */
    void AddWitness(BalancerWitness& witness, ScoreTrace* trace);

    /**
     * Before the first event only.
     * \param wake is called by a thread that dispatched when the policy wants agents probed,
     * outside of the mutex, once until they are taken; must not block
     */
    void
    SetWake(std::function<void()> wake)
    {
        m_wake = std::move(wake);
    }

    /**
     * No agent at a server that \p guard objects to is ever picked: its reports are refused as
     * OWN_ADDRESS, and one that is in the table already is no candidate from now on. To be called
     * again whenever the guard's answers may have changed (new listeners, new addresses of this
     * machine); what Bar() has learnt is then forgotten.
     * \param guard is called under the mutex by the thread that brings a report: quick, does not
     *              block, does not call the balancer; empty: nothing is guarded
     */
    void SetGuard(EndpointGuard guard);

    /**
     * Whom the policy has wanted to probe since the last call, in the order of the dispatches.
     * \param to receives them; what was in it is lost
     */
    void TakeWantedProbes(std::vector<AgentIndex>& to);

    /** \return how many wanted probes were given up, as nobody took them in time. */
    std::uint64_t WantedProbesLost() const;

    /** What a Dispatch() has come to. */
    struct Answer
    {
        std::optional<Target> target; //!< empty: nobody can take it now, or others come first
        Instant at{};                 //!< when it was asked
        bool heldBack{false};         //!< the policy holds it back, although there are candidates
    };

    /** Picks an agent and counts the connection there. */
    Answer Dispatch(Turn turn = Turn::AT_THE_END, std::size_t line = WaitingLines::NO_LINE);

    /** The connection stands. \param dispatched Answer::at */
    void Connected(AgentIndex agent, Instant dispatched);

    /**
     * A dispatch has ended.
     * \param ending its latency counts from \p dispatched, whatever it says
     * \param line of who tells: it looks after its own waiting clients itself
     */
    void Ended(AgentIndex agent,
               Instant dispatched,
               const Ending& ending,
               std::size_t line = WaitingLines::NO_LINE);

    /** The whole connection has ended, after its last dispatch: for those who record. */
    void ConnectionEnded(const ConnectionEnd& end);

    /** A connection to \p agent leads back to this process: from now on its server counts as one
     * that the guard objects to. The dispatch is still to be ended. */
    void Bar(AgentIndex agent);

    /** A worker has a line of waiting clients. \param wake see WaitingLines \return its number */
    std::size_t AddLine(WaitingLines::Wake wake);

    /** See WaitingLines::Set(). */
    void SetLine(std::size_t line, std::optional<Instant> waitBy);

    /** Picks by others from now on; see Balancer::Replace(). */
    void Replace(Formula formula, std::unique_ptr<Policy> policy);
    void SetTiming(TableTiming timing);
    void SetRules(TableRules rules);

    Expected<AgentIndex, Refusal> Update(const Observation& observation);
    /** \return why Update() would refuse it now; nothing: it would not. */
    std::optional<Refusal> ObjectionTo(const Observation& observation);
    void Advance();
    std::optional<Instant> NextExpiry() const;

    /**
     * The operator takes an agent out (true) or lets it take part again. Holds for the identity: an
     * agent that was removed and returns is still drained. \return whether there is such an agent,
     * or such an identity to let take part again
     */
    bool SetDrained(const std::string& id, bool drained);

    /** \return the identities that are drained, sorted, whether or not the table has them. */
    std::vector<std::string> Drained() const;

    /**
     * Runs \p look (called with the balancer and the time) under the mutex and returns what it
     * returns. For snapshots: in slices, so that the data path never waits for long.
     */
    template <typename Look>
    auto
    Inspect(Look look) const
    {
        const std::lock_guard lock(m_mutex);
        return look(m_balancer, Now());
    }

    /** What the table has come to, beside the agents. */
    struct Standing
    {
        bool panic{false};
        bool full{false};  //!< all agents have as many connections as they may
        bool floor{false}; //!< agents that rest are picked, as nobody else can be
        TableCounters counters;
    };

    Standing GetStanding() const;

    /** \return what changed since the last call, oldest first. Logging it is left to the caller:
     * nothing that may block happens under the mutex. */
    std::vector<AgentEvent> TakeEvents();

    /** \return one object per agent: identity, server, freshness, counters. */
    nlohmann::ordered_json AgentsToJson() const;

  private:
    std::optional<Target> DispatchLocked(Instant now);
    Expected<AgentIndex, Refusal> UpdateLocked(const Observation& observation);
    void WakeFirst();
    bool WantProbes(Instant now);
    std::optional<Refusal> OwnAddressObjection(const Observation& observation) const;
    std::optional<std::string> GuardObjection(const Endpoint& server) const;
    AgentEvent MakeEvent(AgentIndex agent) const;
    void TakeNotice(const TableNotice& notice);
    void KeepDrained(AgentIndex agent, const std::string& before);

    /** Runs \p work under the mutex, and then calls whom it returns, outside of it. */
    template <typename Work>
    void
    WakeAfter(Work work)
    {
        WaitingLines::Wake wake;
        {
            const std::lock_guard lock(m_mutex);
            wake = work();
        }
        if (wake)
        {
            wake();
        }
    }

    template <typename Event>
    void
    Tell(Event event)
    {
        for (BalancerWitness* witness : m_witnesses)
        {
            event(*witness);
        }
    }

    mutable std::mutex m_mutex;
    Balancer m_balancer;
    SeededRandom m_random;
    std::vector<AgentEvent> m_events;
    std::vector<BalancerWitness*> m_witnesses;
    std::set<std::string> m_drained; //!< identities that the operator has taken out
    EndpointGuard m_guard;
    std::set<std::pair<std::string, std::uint16_t>> m_own; //!< learnt from connections
    WaitingLines m_lines;
    bool m_isEndWanted{false}; //!< some witness wants OnConnectionEnded()
    std::function<void()> m_wake;
    std::vector<AgentIndex> m_wanted; //!< to be probed
    std::uint64_t m_wantedLost{0};
};

} // namespace sonda

#endif
