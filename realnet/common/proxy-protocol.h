#ifndef SONDA_REALNET_COMMON_PROXY_PROTOCOL_H
#define SONDA_REALNET_COMMON_PROXY_PROTOCOL_H

#include "model/base/error.h"
#include "realnet/common/socket-address.h"

#include <optional>
#include <string>
#include <string_view>

/**
 * The PROXY protocol, versions 1 (text) and 2 (binary), for TCP: a header in front of a
 * connection's bytes that names the client for whom somebody else connects (HAProxy's
 * proxy-protocol.txt). Pure functions, any thread.
 */
namespace sonda
{

/** Which header servers get. */
enum class ProxyProtocol
{
    OFF,
    V1,
    V2,
};

/** \return the one named "off", "v1" or "v2". */
Expected<ProxyProtocol> ParseProxyProtocol(const std::string& text);

/** Both ends of a client's connection, as the first proxy on its way saw them. */
struct ProxiedEnds
{
    SocketAddress source;
    SocketAddress destination;
};

/** \return the header; of version 1 or 2, which must not be OFF. */
std::string MakeProxyHeader(ProxyProtocol version, const ProxiedEnds& ends);

/** \return the header of a connection that is the sender's own: it stands for no client. Of version
 * 1 or 2, which must not be OFF. */
std::string MakeOwnHeader(ProxyProtocol version);

/** What the first bytes of a connection are. */
struct ProxyHeader
{
    enum class Outcome
    {
        COMPLETE,
        INCOMPLETE, //!< a beginning of a header: more bytes must come
        INVALID,    //!< no header, or one longer than MOST_HEADER_BYTES
    };

    Outcome outcome{Outcome::INVALID};
    std::size_t length{0};           //!< of the header, COMPLETE only
    std::optional<ProxiedEnds> ends; //!< empty: the connection's own (LOCAL, UNKNOWN)
};

/** Version 1 has at most 107 bytes; of version 2, with what may follow the addresses, this much. */
constexpr std::size_t MOST_HEADER_BYTES = 2048;

/** \param bytes received so far, at most MOST_HEADER_BYTES are looked at */
ProxyHeader ParseProxyHeader(std::string_view bytes);

} // namespace sonda

#endif
