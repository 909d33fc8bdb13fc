#include "model/protocol/pdu.h"

namespace sonda
{

std::string
ToString(const Endpoint& endpoint)
{
    const bool isV6 = endpoint.address.find(':') != std::string::npos;
    const std::string address = isV6 ? "[" + endpoint.address + "]" : endpoint.address;
    return address + ":" + std::to_string(endpoint.port);
}

std::uint64_t
HashId(const std::string& id)
{
    // FNV-1a's offset basis and prime for 64 bits.
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : id)
    {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3U;
    }
    return hash;
}

const char*
ToString(ServerState state)
{
    switch (state)
    {
    case ServerState::READY:
        return "ready";
    case ServerState::DRAIN:
        return "drain";
    case ServerState::DOWN:
        return "down";
    }
    return "?";
}

} // namespace sonda
