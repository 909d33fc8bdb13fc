#ifndef SONDA_MODEL_NS3_REQUEST_H
#define SONDA_MODEL_NS3_REQUEST_H

#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace sonda::sim
{

/** One request of a client. */
struct Request
{
    ns3::Time arrival;               //!< when the client begins
    double work{0};                  //!< seconds of one core at speed 1
    std::uint32_t requestBytes{200}; //!< sent by the client, header included
    std::uint32_t responseBytes{2000};
};

/** One row of a recorded trace. */
struct TraceRow
{
    double arrivalS; //!< since the clients began
    double work;     //!< seconds of one core at speed 1
};

using Trace = std::vector<TraceRow>;

/** The first bytes of a request on the simulated wire tell the server what to do. */
constexpr std::uint32_t REQUEST_HEADER_BYTES = 12;

/** \return the request as a packet: header, then zeros up to requestBytes. */
ns3::Ptr<ns3::Packet> ToPacket(const Request& request);

/** \return what the first bytes of \p packet say, once there are enough of them. */
std::optional<Request> ParseHeader(ns3::Ptr<const ns3::Packet> packet);

} // namespace sonda::sim

#endif
