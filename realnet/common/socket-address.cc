#include "realnet/common/socket-address.h"

#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <sys/socket.h>

namespace sonda
{

SocketAddress::SocketAddress()
    : m_v6{}
{
    m_any.sa_family = AF_INET;
}

SocketAddress::SocketAddress(const std::string& address, std::uint16_t port, int scope)
    : SocketAddress()
{
    in6_addr bytes{};
    if (inet_pton(AF_INET6, address.c_str(), &bytes) == 1)
    {
        m_v6.sin6_family = AF_INET6;
        m_v6.sin6_addr = bytes;
        m_v6.sin6_port = htons(port);
        m_v6.sin6_scope_id = static_cast<std::uint32_t>(scope);
        return;
    }
    m_v4.sin_port = htons(port);
    inet_pton(AF_INET, address.c_str(), &m_v4.sin_addr);
}

SocketAddress::SocketAddress(int family, const void* bytes, std::uint16_t port)
    : SocketAddress()
{
    m_any.sa_family = static_cast<sa_family_t>(family);
    if (family == AF_INET6)
    {
        std::memcpy(&m_v6.sin6_addr, bytes, sizeof(m_v6.sin6_addr));
        m_v6.sin6_port = htons(port);
        return;
    }
    std::memcpy(&m_v4.sin_addr, bytes, sizeof(m_v4.sin_addr));
    m_v4.sin_port = htons(port);
}

std::string
SocketAddress::Address() const
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (Family() != AF_INET6)
    {
        inet_ntop(AF_INET, &m_v4.sin_addr, text.data(), text.size());
    }
    else if (IN6_IS_ADDR_V4MAPPED(&m_v6.sin6_addr))
    {
        inet_ntop(AF_INET, m_v6.sin6_addr.s6_addr + 12, text.data(), text.size());
    }
    else
    {
        inet_ntop(AF_INET6, &m_v6.sin6_addr, text.data(), text.size());
    }
    return text.data();
}

std::uint16_t
SocketAddress::Port() const
{
    return ntohs(Family() == AF_INET6 ? m_v6.sin6_port : m_v4.sin_port);
}

SocketAddress
LocalAddress(int socket)
{
    SocketAddress address;
    socklen_t size = SocketAddress::Capacity();
    if (getsockname(socket, address.Raw(), &size) != 0)
    {
        return {};
    }
    return address;
}

} // namespace sonda
