#ifndef SONDA_REALNET_COMMON_SOCKET_ADDRESS_H
#define SONDA_REALNET_COMMON_SOCKET_ADDRESS_H

#include "model/protocol/pdu.h"

#include <cstdint>
#include <netinet/in.h>
#include <string>

namespace sonda
{

/** An address of the sockets API, IPv4 or IPv6, without room for any other kind. A value. */
class SocketAddress
{
  public:
    /** 0.0.0.0, port 0; the kernel fills it through Raw() and Capacity(). */
    SocketAddress();

    /** \param address IPv4 or IPv6 text that was checked before; any other text yields 0.0.0.0
     * \param scope index of the interface, which link-local IPv6 addresses need */
    SocketAddress(const std::string& address, std::uint16_t port, int scope = 0);

    /** \param bytes 4 for AF_INET, 16 for AF_INET6, as on the wire */
    SocketAddress(int family, const void* bytes, std::uint16_t port);

    explicit SocketAddress(const Endpoint& endpoint)
        : SocketAddress(endpoint.address, endpoint.port)
    {
    }

    int
    Family() const
    {
        return m_any.sa_family;
    }

    sockaddr*
    Raw()
    {
        return &m_any;
    }

    const sockaddr*
    Raw() const
    {
        return &m_any;
    }

    /** \return bytes that the kernel may write. */
    static constexpr socklen_t
    Capacity()
    {
        return sizeof(sockaddr_in6);
    }

    /** \return bytes that mean something. */
    socklen_t
    Size() const
    {
        return Family() == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    }

    /** \return the address as text; an IPv4 address in the guise of IPv6 as a dotted quad. */
    std::string Address() const;

    std::uint16_t Port() const;

    /** \return both. */
    Endpoint
    ToEndpoint() const
    {
        return {Address(), Port()};
    }

    const in_addr&
    V4() const
    {
        return m_v4.sin_addr;
    }

    const in6_addr&
    V6() const
    {
        return m_v6.sin6_addr;
    }

  private:
    union
    {
        sockaddr m_any;
        sockaddr_in m_v4;
        sockaddr_in6 m_v6;
    };
};

/** \return the address that the socket is bound to; 0.0.0.0:0 when the kernel does not tell. */
SocketAddress LocalAddress(int socket);

} // namespace sonda

#endif
