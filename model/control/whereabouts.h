#ifndef SONDA_MODEL_CONTROL_WHEREABOUTS_H
#define SONDA_MODEL_CONTROL_WHEREABOUTS_H

#include "model/protocol/pdu.h"
#include "model/protocol/prefix.h"
#include "model/protocol/refusal.h"

#include <optional>
#include <string>
#include <vector>

/**
 * Whether an agent can be where it says to be: what it advertises against where its datagram came
 * from. No state; any thread.
 */
namespace sonda
{

/** The link by which datagrams come to a monitor. */
struct Link
{
    std::vector<Prefix> networks; //!< of the interface's addresses
};

/** Where a datagram came from. */
struct Sender
{
    std::string address;
    bool isThisHost{false}; //!< it never was on a wire: from or to a loopback address
};

/** Which addresses an agent may advertise beside the one that it speaks from. */
enum class ForeignSources
{
    REFUSED,  //!< none
    ON_LINK,  //!< those of the link's networks; where the link is not known, all. From this host:
              //!< all
    ACCEPTED, //!< all that a server can have
};

/**
 * \param response what was received
 * \param sender where it came from
 * \param link nothing: not known, so nothing is held against it
 * \return nothing, or why the response is refused:
 *   - `impossible-address`: loopback, from another host; link-local, and not of this link; the
 *     link's network or broadcast address;
 *   - `off-link`: a response without nonce from outside the link's networks: whoever is there has
 *     not heard the request;
 *   - `foreign-source`: another address than its own, and that is not allowed; to a response
 *     without nonce from another host only its own is, unless all are accepted.
 */
std::optional<Refusal> CheckWhereabouts(const ProbeResponse& response,
                                        const Sender& sender,
                                        const std::optional<Link>& link,
                                        ForeignSources allowed);

} // namespace sonda

#endif
