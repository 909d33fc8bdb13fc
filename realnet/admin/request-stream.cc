#include "realnet/admin/request-stream.h"

#include "realnet/common/clock.h"
#include "realnet/common/socket-address.h"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/**
 * \param stop ends the waiting when it is readable; -1: nothing does
 * \return whether the socket is ready (or broken, which the next call tells) before the end
 */
bool
WaitFor(int socket, short what, Instant end, int stop = -1)
{
    std::array<pollfd, 2> wanted{{{socket, what, 0}, {stop, POLLIN, 0}}};
    while (true)
    {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Now());
        const int count =
            poll(wanted.data(), wanted.size(), static_cast<int>(std::max<long>(left.count(), 0)));
        if (count >= 0 || errno != EINTR)
        {
            return count > 0 && wanted[0].revents != 0;
        }
    }
}

bool
IsTransient(int error)
{
    return error == EINTR || error == EAGAIN || error == EWOULDBLOCK;
}

} // namespace

RequestStream::RequestStream(int socket, int stop, const Limits& limits)
    : m_socket(socket),
      m_stop(stop),
      m_limits(limits),
      m_end(Now() + limits.request),
      m_bytesLeft(limits.bytes)
{
}

bool
RequestStream::is_readable() const
{
    return m_at < m_filled || WaitFor(m_socket, POLLIN, Now());
}

bool
RequestStream::is_writable() const
{
    char ignored = 0;
    return WaitFor(m_socket, POLLOUT, Now() + m_limits.writeWait) &&
           recv(m_socket, &ignored, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

ssize_t
RequestStream::read(char* to, std::size_t most)
{
    if (m_at == m_filled)
    {
        const ssize_t filled = Fill();
        if (filled <= 0)
        {
            return filled;
        }
    }
    const std::size_t count = std::min(most, m_filled - m_at);
    std::copy_n(m_buffer.data() + m_at, count, to);
    m_at += count;
    return static_cast<ssize_t>(count);
}

ssize_t
RequestStream::Fill()
{
    while (m_bytesLeft > 0 &&
           WaitFor(m_socket, POLLIN, std::min(m_end, Now() + m_limits.silence), m_stop) &&
           Now() < m_end)
    {
        const ssize_t count =
            recv(m_socket, m_buffer.data(), std::min(m_buffer.size(), m_bytesLeft), MSG_DONTWAIT);
        if (count >= 0)
        {
            m_at = 0;
            m_filled = static_cast<std::size_t>(count);
            m_bytesLeft -= m_filled;
            return count;
        }
        if (!IsTransient(errno))
        {
            break;
        }
    }
    return -1;
}

ssize_t
RequestStream::write(const char* from, std::size_t size)
{
    const Instant end = Now() + m_limits.writeWait;
    while (WaitFor(m_socket, POLLOUT, end))
    {
        const ssize_t count = send(m_socket, from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count >= 0)
        {
            return count;
        }
        if (!IsTransient(errno))
        {
            break;
        }
    }
    return -1;
}

void
RequestStream::get_remote_ip_and_port(std::string& ip, int& port) const
{
    SocketAddress peer;
    socklen_t size = SocketAddress::Capacity();
    if (getpeername(m_socket, peer.Raw(), &size) == 0)
    {
        ip = peer.Address();
        port = peer.Port();
    }
}

void
RequestStream::get_local_ip_and_port(std::string& ip, int& port) const
{
    const SocketAddress local = LocalAddress(m_socket);
    ip = local.Address();
    port = local.Port();
}

socket_t
RequestStream::socket() const
{
    return m_socket;
}

} // namespace sonda
