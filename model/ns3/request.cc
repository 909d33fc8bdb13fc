#include "model/ns3/request.h"

#include <array>

namespace sonda::sim
{

namespace
{

void
PutBytes(std::uint8_t* to, std::uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
    {
        to[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

std::uint64_t
GetBytes(const std::uint8_t* from, int bytes)
{
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i)
    {
        value |= static_cast<std::uint64_t>(from[i]) << (8 * i);
    }
    return value;
}

} // namespace

ns3::Ptr<ns3::Packet>
ToPacket(const Request& request)
{
    // Work in nanoseconds with 8 bytes, then the response's size with 4; little-endian.
    std::array<std::uint8_t, REQUEST_HEADER_BYTES> header;
    PutBytes(header.data(), static_cast<std::uint64_t>(request.work * 1e9 + 0.5), 8);
    PutBytes(header.data() + 8, request.responseBytes, 4);
    auto packet = ns3::Create<ns3::Packet>(header.data(), header.size());
    packet->AddPaddingAtEnd(request.requestBytes - REQUEST_HEADER_BYTES);
    return packet;
}

std::optional<Request>
ParseHeader(ns3::Ptr<const ns3::Packet> packet)
{
    if (packet->GetSize() < REQUEST_HEADER_BYTES)
    {
        return std::nullopt;
    }
    std::array<std::uint8_t, REQUEST_HEADER_BYTES> header;
    packet->CopyData(header.data(), header.size());
    Request request;
    request.work = static_cast<double>(GetBytes(header.data(), 8)) * 1e-9;
    request.responseBytes = static_cast<std::uint32_t>(GetBytes(header.data() + 8, 4));
    return request;
}

} // namespace sonda::sim
