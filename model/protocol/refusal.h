#ifndef SONDA_MODEL_PROTOCOL_REFUSAL_H
#define SONDA_MODEL_PROTOCOL_REFUSAL_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace sonda
{

/** Every reason why a datagram is refused. Each has a name (ToString), under which it is counted.
 */
enum class RefusalReason : std::uint8_t
{
    TOO_LONG,           //!< more than MAX_DATAGRAM_BYTES
    NOT_JSON,           //!< not one JSON text: truncated, bad UTF-8, NaN, number out of range
    TOO_DEEP,           //!< nested deeper than any PDU needs
    NOT_AN_OBJECT,      //!< JSON, but not an object
    DUPLICATE_KEY,      //!< one key twice: readers would disagree about which counts
    WRONG_KIND,         //!< "tipo" is missing or names another PDU than expected here
    MISSING_KEY,        //!< a key of the base form is absent
    WRONG_TYPE,         //!< a known key with a value of another type
    OUT_OF_RANGE,       //!< a known key with an impossible value
    UNSIGNED,           //!< a key is configured and the datagram has no trailer
    BAD_TRAILER,        //!< the trailer line is not of the documented form
    UNKNOWN_KEY,        //!< the trailer names a key id that is not configured
    BAD_MAC,            //!< the message authentication code is wrong
    BASE_FORM,          //!< a response without nonce where only version 2 is accepted
    UNKNOWN_NONCE,      //!< no request of the last two intervals had this nonce
    NO_REQUEST,         //!< a base-form response, but nothing was asked lately
    DUPLICATE_RESPONSE, //!< a second response of one agent to one request, or the same notice again
    UNWANTED_NOTICE,    //!< a notice, although none was asked for
    DUPLICATE_REQUEST,  //!< a request that this agent has seen already
    HOLD_TOO_LONG,      //!< the hold time exceeds the elapsed time
    FOREIGN_SOURCE,     //!< sent from another address than the one it advertises
    FOREIGN_ID,         //!< signed with the key of another agent than it says to be
    OFF_LINK,           //!< in the base form, and from outside the link's networks
    IMPOSSIBLE_ADDRESS, //!< advertises an address that no server can have, seen from here
    ID_CONFLICT,        //!< the identity belongs to another server that is fresh
    SERVER_CONFLICT,    //!< the server belongs to another identity that is fresh
    OWN_ADDRESS,        //!< the server is the monitor's own proxy: it would connect to itself
    TABLE_FULL,         //!< one agent more than the table holds
    OTHER_SLICE,        //!< a request for other agents
    OTHER_AGENT,        //!< a request for one agent, and it is not this one
    OLD_REQUEST,        //!< signed, but not newer than what its monitor has asked before
    TOO_OFTEN,          //!< unsigned answers to this address would be a flood
    TOO_SHORT,          //!< unsigned, and the answer would be much longer than the request
    NOT_READY,          //!< in the base form, which cannot tell that the server is not ready
    BUSY,               //!< more requests at once than an agent keeps
    NO_FIGURES,         //!< a good request, but the agent cannot read its load
};

constexpr std::size_t REFUSAL_REASONS = static_cast<std::size_t>(RefusalReason::NO_FIGURES) + 1;

/** \return the reason's name as it is written in logs, counters and files: "too-long", … */
const char* ToString(RefusalReason reason);

/** A refused datagram: the reason, and what in it was wrong, for a log line. */
struct Refusal
{
    RefusalReason reason;
    std::string detail; //!< names the key and what is allowed; may be empty
};

/** How often each reason has occurred. */
class RefusalCounters
{
  public:
    void Count(RefusalReason reason, std::uint64_t times = 1);
    /** Counts what others have counted, too. */
    void Add(const RefusalCounters& others);
    std::uint64_t Get(RefusalReason reason) const;
    std::uint64_t Total() const;

  private:
    std::array<std::uint64_t, REFUSAL_REASONS> m_counts{};
};

} // namespace sonda

#endif
