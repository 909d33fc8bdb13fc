#ifndef SONDA_MODEL_TABLE_AGENT_STATUS_H
#define SONDA_MODEL_TABLE_AGENT_STATUS_H

#include "model/base/time.h"
#include "model/protocol/pdu.h"
#include "model/table/decaying.h"
#include "model/table/recent-mean.h"
#include "model/table/rtt-estimate.h"
#include "model/table/waiting-time.h"

#include <cstdint>
#include <string>

namespace sonda
{

/** An agent's place in a status table; valid until the agent is removed. */
using AgentIndex = std::uint32_t;

/** How long ago an agent reported, in steps of the probe interval (TableTiming). */
enum class Freshness : std::uint8_t
{
    FRESH,   //!< the last report is recent
    STALE,   //!< a response is overdue; still a candidate
    DEAD,    //!< too old to be picked
    REMOVED, //!< forgotten
};

/** \return "fresh", "stale", "dead" or "removed". */
const char* ToString(Freshness freshness);

/** How an agent counts when the table tells whether most of them are lost (panic). */
enum class Standing : std::uint8_t
{
    OUT,  //!< not at all: not ready, drained, failed a connect since it was last heard, or a
          //!< passer-by
    LIVE, //!< fresh or stale
    LOST, //!< dead, and one that has served or has answered several probes before
};

/** Why an agent rests. */
enum class RestReason : std::uint8_t
{
    NONE,         //!< it does not
    CONNECT,      //!< a connect failed
    EARLY_RESETS, //!< it reset connections in a row before it had sent a byte
    EMPTY_ENDS,   //!< it ended connections in a row without a byte
};

/** \return "", "connect-failed", "early-resets" or "empty-ends". */
const char* ToString(RestReason reason);

/** Who speaks for a server. One server is one entry of the table: the greater takes the place. */
enum class Origin : std::uint8_t
{
    STATIC, //!< the proxy itself, which has tried to connect
    BASE,   //!< an agent of the base form
    AGENT,  //!< an agent that has an identity
};

/** What one accepted probe response says, as the monitor hands it to the table. */
struct Observation
{
    std::string id;        //!< the agent's identity; "address:port" in the base form
    Endpoint server;       //!< where to connect
    Report report;         //!< load figures
    Duration elapsed{0};   //!< request departure to response arrival
    Duration hold{0};      //!< as the agent says; 0 in the base form
    bool holdKnown{false}; //!< false in the base form: RTT then contains the random wait
    bool notice{false};    //!< sent unasked, see ProbeResponse::notice: there is no RTT
    std::string source;    //!< dotted quad from which it came; probes to this agent alone go there
    Origin origin{Origin::AGENT};

    Duration
    Rtt() const
    {
        return elapsed - hold;
    }

    /**
     * \param arrival of this observation
     * \return about when the agent took its load figures: an answer's when the request arrived, a
     *         notice's when it left; the way takes half of the RTT.
     */
    Instant
    TakenAt(Instant arrival) const
    {
        return arrival - Rtt() / 2 - (notice ? Duration(0) : hold);
    }
};

/** Kept only by a table whose formula looks at them; docs/formulas.md has the sources. */
struct Estimates
{
    PeakAverage peak{std::chrono::seconds(10)}; //!< dispatch to completion, seconds
    SampleAverage steady{0.05};                 //!< the same
    RecentMean mean;                            //!< the same
    WaitingTime waiting;                        //!< of the connections in flight
};

/**
 * All that is known of one agent. What a pick reads stands first and in one cache line (64 bytes):
 * with thousands of agents a pick costs what it costs to fetch that from memory.
 */
struct alignas(64) AgentStatus
{
    std::uint32_t inFlight{0};
    std::uint32_t sent{0}; //!< dispatched since the figures of `report` arrived
    std::uint32_t done{0}; //!< ended since then, well or not
    /** Connects that failed in a row; each doubles the number of reports for which it rests. */
    std::uint32_t failedInARow{0};
    /** Reports that must still come before the agent is a candidate again. */
    std::uint32_t restingReports{0};
    Freshness freshness{Freshness::FRESH};
    Report report;
    Standing standing{Standing::OUT};
    RestReason restReason{RestReason::NONE};
    bool fit{false};      //!< may get connections, as far as its health is concerned
    bool able{false};     //!< fit and not full
    bool cold{true};      //!< it must start slowly: it is new, or refused, or was taken out
    bool doubted{false};  //!< it rested for connections that stood and brought nothing
    bool overdue{false};  //!< goes with its last connection
    bool heldBack{false}; //!< spared by its slow start in the pick that is being made
    Instant fitSince{};   //!< the beginning of its slow start and of its probation
    double fitWeight{0};  //!< as counted while it is fit
    Instant servedUntil{Instant::min()}; //!< it is known to have served then
    std::uint32_t earlyResetsInARow{0};
    std::uint32_t emptyEndsInARow{0};
    std::uint32_t emptyEndsToCome{0}; //!< told of, and their completions are not yet
    bool isCandidate{false};          //!< it may be picked; the table keeps a list of those, too
    bool drained{false};              //!< by the operator of the proxy; no candidate then
    bool barred{false};               //!< its server must not be connected to; no candidate then

    std::uint64_t dispatches{0};
    std::uint64_t completions{0};                   //!< ended well
    std::uint64_t failures{0};                      //!< dispatched, and not ended well
    std::uint64_t connectFailures{0};               //!< of those, the ones that never connected
    std::uint64_t abandoned{0};                     //!< the client left before the connection stood
    std::uint64_t endedEmpty{0};                    //!< of all ends, those without a byte from it
    TimedAverage latency{std::chrono::seconds(10)}; //!< dispatch to completion, seconds
    DecayingCount recentFailures{std::chrono::seconds(10)};
    Instant dispatchedAt{}; //!< the last time; before the first, when the agent was first seen

    Estimates estimates;

    Instant firstSeen{};
    Instant reportedAt{}; //!< arrival of the last response, notices included
    Instant takenAt{};    //!< about when the agent took the figures of `report`
    Duration elapsed{0};  //!< of the last answer; notices have none
    RttEstimate rtt;
    std::uint64_t reports{0};
    std::uint32_t answers{0}; //!< of those, the ones that were no notices
    bool served{false};       //!< a connection to its server has stood
    Origin origin{Origin::AGENT};
    std::string id;
    std::string source; //!< from where the last response came: requests for it alone go there
    Endpoint server;
};

/** \return whether it said that it would not be there, or was taken out: its silence is no loss. */
bool HasLeft(const AgentStatus& status);

/**
 * \return how many requests are likely at the agent's server: as reported, plus those dispatched
 * and minus those ended here since, at least 0; where it reports none, those in flight here.
 */
double LikelyInFlight(const AgentStatus& status);

} // namespace sonda

#endif
