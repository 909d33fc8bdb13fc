#ifndef SONDA_MODEL_TABLE_STATUS_TABLE_H
#define SONDA_MODEL_TABLE_STATUS_TABLE_H

#include "model/base/error.h"
#include "model/protocol/refusal.h"
#include "model/scoring/formula.h"
#include "model/table/agent-status.h"
#include "model/table/score-index.h"
#include "model/table/score-trace.h"
#include "model/table/table-rules.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sonda
{

/** When an agent ages, in probe intervals since its last report; infinity is never. */
struct TableTiming
{
    Duration interval{std::chrono::seconds(5)};
    /** One response is overdue: half an interval covers the reply window and the journey. */
    double staleAfter{1.5};
    /**
     * Three probes in a row went unanswered, which loss of 10 % does once in 1,000. The answer to
     * the third is due by 3 intervals and the reply window; half an interval covers that.
     */
    double deadAfter{3.5};
    /** Long enough for a reboot; the counters survive it. */
    double removedAfter{10};
    /** Within it agents answer; who answers the same request may do so this much apart. */
    Duration window{0};
};

/** A change of an agent's freshness; `from` is empty when the agent is new. */
struct Transition
{
    AgentIndex agent;
    std::optional<Freshness> from;
    Freshness to;
};

/** What an operator wants to be told beside changes of freshness. */
struct TableNotice
{
    enum class Kind : std::uint8_t
    {
        RESTS,   //!< the agent rests, see AgentStatus::restReason and restingReports
        RESTED,  //!< it takes part again
        PANIC,   //!< a panic begins
        CALM,    //!< it ends
        REPLACED //!< the agent speaks for its server now, instead of `before`
    };

    Kind kind;
    AgentIndex agent{0};
    std::size_t live{0};  //!< agents that answer, in PANIC and CALM
    std::size_t lost{0};  //!< agents that do not, there
    std::string before{}; //!< an identity
};

/**
 * What is known of every agent, keyed by identity and by server, and indexed by score. One server
 * is one entry: whoever speaks for it with the greater Origin takes the entry over, with its
 * counters and connections; among equals the first one stays while it is fresh; a lesser one must
 * wait until the other is dead and had not said goodbye. Others are refused (SERVER_CONFLICT).
 *
 * Life of an agent: the first report makes it fresh; without further reports it turns stale, dead
 * and removed (TableTiming); a report makes it fresh again. A dead agent with connections in flight
 * is kept until the first Advance() after their end, so an AgentIndex is valid for as long as its
 * connection lives, and while its end is dealt with.
 *
 * Candidates are the agents that may be picked: fresh or stale, state ready, not drained by the
 * operator (SetDrained()), and not resting after failed connects; TableRules may take out or add
 * some. A failed connect makes an agent rest at once, for 1 further report; if the first connect
 * after the rest fails too, for 2, then 4, then 8 every time; a successful connect ends the row.
 * Connects that fail while the agent rests were dispatched before: they change nothing. Early
 * resets and empty ends in a row make it rest in the same way, if TableRules say so; a good end
 * ends that rest. As a client may cause them, nobody rests for them when nobody else is left: while
 * no other agent can be picked, those that rest for nothing worse are candidates (the floor).
 *
 * Slow start is for servers that may be cold: those that are new, refused a connect, were taken out
 * (drain, down, by the operator), or moved, and those that rested for connections which brought
 * nothing, unless they have served within the last interval (and the window). An agent that was
 * only silent goes on where it was: probes get lost, and who was really gone has refused somebody.
 *
 * Scores: with a static formula the table keeps an index that is brought up to date by reports, so
 * that the best score costs O(1); otherwise a score is computed when it is asked for.
 *
 * Owns its agents and its formula. Not thread-safe: Score() uses the formula's buffers.
 */
class StatusTable
{
  public:
    using Observer = std::function<void(const Transition&)>;

    StatusTable(Formula formula, TableTiming timing);

    /**
     * Called for every change of freshness, during Update() and Advance(), when the agent's status
     * and the candidates show it already. It must not change the table.
     */
    void SetObserver(Observer observer);

    using NoticeObserver = std::function<void(const TableNotice&)>;

    /** The same for what is not a change of freshness; called by whatever changes the table. */
    void SetNoticeObserver(NoticeObserver observer);

    /**
     * Takes a report in, after Advance(). Figures that the agent took before those that are known
     * already do not replace them; the rest of the response counts. A notice yields no RTT and does
     * not shorten an agent's rest. Refuses what ObjectionTo() objects to.
     */
    Expected<AgentIndex, Refusal> Update(const Observation& observation, Instant now);

    /**
     * \return why Update() would refuse it, after Advance(); nothing: it would not.
     * ID_CONFLICT: the identity belongs to another server that is fresh; the agent that is there
     * stays until it is overdue, or says that it is down there. SERVER_CONFLICT: somebody else
     * speaks for the server. TABLE_FULL.
     */
    std::optional<Refusal> ObjectionTo(const Observation& observation) const;

    /** Scores by another formula from now on. */
    void SetFormula(Formula formula, Instant now);

    /** Ages agents by another timing from now on, counted from their last reports. */
    void SetTiming(TableTiming timing, Instant now);

    /** Protects by other rules from now on; there are none before the first call. */
    void SetRules(TableRules rules, Instant now);

    /** Ages agents up to \p now. Costs O(1) when nothing is due. */
    void Advance(Instant now);

    /** \return when Advance() will next have something to do. */
    std::optional<Instant> NextExpiry() const;

    /** The operator takes the agent out (true) or lets it take part again; a removed one forgets.
     */
    void SetDrained(AgentIndex agent, bool drained, Instant now);

    /** The agent's server must not be connected to (true), or may again. */
    void SetBarred(AgentIndex agent, bool barred, Instant now);

    /** \param trace is told which scores are asked for from now on; null: nobody is */
    void
    SetTrace(ScoreTrace* trace)
    {
        m_trace = trace;
    }

    /** A pick was made and a connection is handed to the agent. */
    void OnDispatch(AgentIndex agent, Instant now);
    /** The connection to the agent's server stands. */
    void OnConnected(AgentIndex agent);
    /** It could not be made: the dispatch ends, the agent rests. */
    void OnConnectFailure(AgentIndex agent, Instant now);
    /** The client left while the connection was being made: the dispatch ends without a verdict. */
    void OnAbandon(AgentIndex agent, Instant now);
    /** The connection, whose end is told by OnCompletion(), was reset by the server before it sent
     * a byte. */
    void OnEarlyReset(AgentIndex agent, Instant now);
    /** The server ended the connection, whose end is told by OnCompletion(), properly and before
     * the client did, and had not sent a byte. */
    void OnEmptyEnd(AgentIndex agent, Instant now);
    /** The connection ended. \param latency since the dispatch \param good whether it ended well */
    void OnCompletion(AgentIndex agent, Duration latency, bool good, Instant now);

    /** \return the share of its picks that an agent may get now; below 1 in its slow start. */
    double StartShare(AgentIndex agent, Instant now) const;

    /** \return whether the agent is on probation and has as many connections as it may have then.
     */
    bool HasItsFill(AgentIndex agent, Instant now) const;

    /**
     * \return what every agent in its slow start may get, whatever StartShare() says, so that the
     *         others need not take more than twice what they would without: above 0 when most
     *         agents are in theirs. As of the last Advance().
     */
    double LeastShare() const;

    /** Takes the agent out of the candidates for the length of one pick, or puts it back. */
    void HoldBack(AgentIndex agent, bool held, Instant now);

    /** \return the agents that may be picked, sorted by index. */
    const std::vector<AgentIndex>&
    Candidates() const
    {
        return m_candidates;
    }

    /** \return the candidates with the best score, sorted by index. Static formulas only. */
    const std::vector<AgentIndex>& BestIndexed() const;

    /** \return whether BestIndexed() may be used. */
    bool
    IsIndexed() const
    {
        return m_formula.IsStatic();
    }

    double Score(AgentIndex agent, Instant now) const;

    /**
     * \return a number that grows whenever the candidates, or the score of one by a static formula,
     *         may have changed: while it stays, what was computed from them holds.
     */
    std::uint64_t
    Version() const
    {
        return m_version;
    }

    /** \return connections in flight at all agents together, dead ones included. */
    std::uint64_t
    TotalInFlight() const
    {
        return m_totalInFlight;
    }

    const Formula&
    GetFormula() const
    {
        return m_formula;
    }

    const TableTiming&
    GetTiming() const
    {
        return m_timing;
    }

    /** \return whether an agent has this index now. */
    bool
    Has(AgentIndex agent) const
    {
        return agent < m_agents.size() && m_agents[agent];
    }

    const AgentStatus&
    Get(AgentIndex agent) const
    {
        return *m_agents[agent];
    }

    std::optional<AgentIndex> Find(const std::string& id) const;

    /** \return who speaks for a server; null: nobody does. */
    const AgentStatus* HolderOf(const Endpoint& server) const;

    /** \return how many agents the table holds, dead ones included. */
    std::size_t
    Size() const
    {
        return m_byId.size();
    }

    /** \return whether lost agents are candidates, see TableRules::panicBelow. */
    bool
    InPanic() const
    {
        return m_panic;
    }

    /** \return whether there are agents that could serve, but all have TableRules::mostInFlight. */
    bool
    IsFull() const
    {
        return m_isFull;
    }

    /** \return whether agents that rest are candidates, as nobody else is. */
    bool
    OnFloor() const
    {
        return m_able == 0 && !m_candidates.empty();
    }

    const TableCounters&
    GetCounters() const
    {
        return m_counters;
    }

    /** \return all agents, dead ones included, sorted by index. */
    std::vector<AgentIndex> All() const;

  private:
    /** Which of AgentStatus::estimates the formula looks at. */
    struct Uses
    {
        bool peak;
        bool steady;
        bool mean;
        bool waiting;
    };

    static Uses UsesOf(const Formula& formula);
    struct EndpointHash
    {
        std::size_t
        operator()(const Endpoint& endpoint) const
        {
            return std::hash<std::string>()(endpoint.address) * 31 + endpoint.port;
        }
    };

    AgentIndex EntryFor(const Observation& observation, Instant now);
    AgentIndex Insert(const Observation& observation, Instant now);
    void Replace(AgentIndex agent, const Observation& observation);
    void Move(AgentIndex agent, const Endpoint& server, Instant now);
    void TakeAnswer(AgentIndex agent, const Observation& observation);
    bool IsKeptInPanic(const AgentStatus& status, Instant now) const;
    Instant PanicEndOf(const AgentStatus& status) const;
    void Remove(AgentIndex agent, Instant now);
    void Tell(TableNotice notice);
    void Enter(AgentIndex agent, std::optional<Freshness> from, Freshness to, Instant now);
    void ScheduleExpiry(AgentIndex agent, std::optional<Instant> at);
    std::optional<Instant> ExpiryOf(const AgentStatus& status) const;
    void RestartEstimates(Instant now);
    void LearnLatency(AgentStatus& status, double seconds, Instant now);
    static void CountFailure(AgentStatus& status, Instant now);
    void EndDispatch(AgentIndex agent, std::optional<Duration> since, Instant now);
    void RefreshCandidate(AgentIndex agent, Instant now);
    void CountStanding(AgentStatus& status);
    void CountPanic(Instant now);
    void PlaceCandidate(AgentIndex agent, Instant now);
    void NoteFit(AgentIndex agent, bool fit, Instant now);
    void CountWeight(AgentStatus& status, double weight);
    void NoteAble(AgentStatus& status, bool able, Instant now);
    void CountFull();
    Duration Grace() const;
    void BeginSlowStart(AgentIndex agent, Instant now);
    void EndSlowStart(AgentIndex agent);
    void ForgetStarts(Instant now);
    void SetCandidate(AgentIndex agent, bool candidate, Instant now);
    void Rest(AgentIndex agent, RestReason reason, std::uint32_t before, Instant now);
    void EndRest(AgentIndex agent);
    void NoteBadEnd(AgentIndex agent, RestReason reason, Instant now);
    void NoteGoodEnd(AgentIndex agent, Instant now);

    Formula m_formula;
    Uses m_uses;
    TableTiming m_timing;
    TableRules m_rules;
    Observer m_observer;
    NoticeObserver m_noticeObserver;
    TableCounters m_counters;
    ScoreTrace* m_trace{nullptr};

    std::vector<std::optional<AgentStatus>> m_agents; //!< by index; empty places are reused
    std::vector<AgentIndex> m_free;
    std::unordered_map<std::string, AgentIndex> m_byId;
    std::unordered_map<Endpoint, AgentIndex, EndpointHash> m_byServer;
    std::vector<AgentIndex> m_candidates;
    ScoreIndex m_index; //!< of the candidates; only with a static formula
    std::uint64_t m_version{0};
    std::uint64_t m_totalInFlight{0};

    std::size_t m_live{0}; //!< agents with Standing::LIVE
    std::size_t m_lost{0}; //!< agents with Standing::LOST
    bool m_panic{false};
    std::size_t m_fit{0};  //!< agents that are fit
    double m_fitWeight{0}; //!< sum of their weights
    std::size_t m_able{0}; //!< agents that are able
    bool m_isFull{false};
    Instant m_firstFit{};                              //!< when there was none before
    std::set<std::pair<Instant, AgentIndex>> m_starts; //!< slow starts that go on, by beginning
    std::set<AgentIndex> m_clientRests; //!< agents that rest for what a client may have caused

    std::set<std::pair<Instant, AgentIndex>> m_expiries;
    std::vector<std::optional<Instant>> m_expiryOf; //!< by index
};

} // namespace sonda

#endif
