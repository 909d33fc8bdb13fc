#ifndef SONDA_MODEL_PROTOCOL_PDU_H
#define SONDA_MODEL_PROTOCOL_PDU_H

#include "model/base/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

/**
 * The two PDUs of the probe protocol as values (docs/protocol.md). Keys that the base form lacks
 * are optional: absent is never the same as zero.
 */
namespace sonda
{

/** The largest datagram of the protocol, in bytes: it fits any Ethernet without fragments. */
constexpr std::size_t MAX_DATAGRAM_BYTES = 1400;

/**
 * The longest text of a response in the base form or version 2, in bytes; figures have at most 17
 * digits. Who fills unsigned requests up to it gets full answers, however often (AnswerBudget).
 */
constexpr std::size_t LONGEST_ANSWER = 512;

/** The version that this code writes; the base form has none. */
constexpr int PROTOCOL_VERSION = 2;

/** The longest reply window that an agent accepts, in ms. */
constexpr std::uint32_t MAX_WINDOW_MS = 60'000;

/** The finest slicing that a request can ask for: no LAN has more agents than this. */
constexpr std::uint32_t MAX_SLICES = 1U << 20;

/** Longest agent identity, in bytes. */
constexpr std::size_t MAX_ID_BYTES = 64;

/** The greatest number of connections below which an agent can be asked to send a notice. */
constexpr std::uint32_t MAX_BELOW = 1'000'000;

/** The greatest stamp: every reader of JSON keeps whole numbers up to 2^53 apart. */
constexpr std::uint64_t MAX_STAMP = std::uint64_t{1} << 53;

/** An agent may hold a request for its window and be late; a minute more is absurd. */
constexpr std::chrono::milliseconds MAX_HOLD{MAX_WINDOW_MS + 60'000};

/** Where a server accepts TCP: an IPv4 or IPv6 address, in its one text, and a port. */
struct Endpoint
{
    std::string address;
    std::uint16_t port{0};

    bool
    operator==(const Endpoint& other) const
    {
        return address == other.address && port == other.port;
    }

    bool
    operator!=(const Endpoint& other) const
    {
        return !(*this == other);
    }
};

/** \return "10.0.0.7:80" or "[fd00::7]:80". */
std::string ToString(const Endpoint& endpoint);

/** Which agents a request is for: those with HashId(id) mod modulus == residue. */
struct Slice
{
    std::uint32_t modulus{1};
    std::uint32_t residue{0};
};

/** The hash behind slices: FNV-1a with 64 bits over the bytes of the identity. */
std::uint64_t HashId(const std::string& id);

/** Sent by a monitor to the group. */
struct ProbeRequest
{
    std::optional<std::string> nonce;      //!< 32 lower-case hexadecimal digits
    std::optional<std::uint32_t> windowMs; //!< the agent waits a uniform time in [0, windowMs]
    std::optional<Slice> slice;            //!< absent: all agents answer
    /**
     * Until its next request the monitor wants a notice when the agent's connections fall below
     * this, 1 to MAX_BELOW. Without a nonce there is nothing that a notice could refer to.
     */
    std::optional<std::uint32_t> below;
    std::optional<std::string> to; //!< identity of the one agent that it is for; absent: all
    /** Whose request it is and in which order; only where requests are signed. Both or neither. */
    struct Order
    {
        std::string monitor;    //!< 16 lower-case hexadecimal digits, drawn when the monitor starts
        std::uint64_t stamp{0}; //!< greater in every request; about the time of day, us since 1970
    };
    std::optional<Order> order;
};

/** What an operator wants done with a server. */
enum class ServerState
{
    READY, //!< may be picked
    DRAIN, //!< no new connections, the running ones end by themselves
    DOWN,  //!< no new connections, the server does not work
};

/** \return "ready", "drain" or "down". */
const char* ToString(ServerState state);

/** The load figures in one probe response. */
struct Report
{
    double weight{1};                      //!< relative capacity; absent on the wire means 1
    ServerState state{ServerState::READY}; //!< absent on the wire means ready
    double ram{0};                         //!< free (available) memory, bytes
    double cpu{0};                         //!< unused CPU, percent of the whole machine
    std::optional<double> ramTotal;        //!< bytes
    std::optional<double> cores;           //!< cores that the server may use
    std::optional<double> cpu10s;          //!< unused CPU smoothed over 10 s, percent
    std::optional<double> load1;           //!< run-queue length
    std::optional<std::uint32_t> inFlight; //!< established connections on the served port
    std::optional<double> serviceTime;     //!< in the server, mean of lately completed requests, s
    std::optional<double> rate;            //!< requests lately completed per second
};

/** Sent by an agent to the monitor that asked. */
struct ProbeResponse
{
    Endpoint server;                  //!< "IP" and "Door"
    Report report;                    //!< the load figures
    std::optional<std::string> nonce; //!< the request's
    std::optional<Duration> hold;     //!< from the request's arrival to this departure
    std::optional<std::string> id;    //!< stable identity of the agent
    /**
     * Not an answer: connections fell below the `below` of the request with this nonce, `hold`
     * after its arrival. A notice has both; its report is of this moment.
     */
    bool notice{false};
};

} // namespace sonda

#endif
