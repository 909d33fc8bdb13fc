#ifndef SONDA_REALNET_COMMON_UDP_SOCKET_H
#define SONDA_REALNET_COMMON_UDP_SOCKET_H

#include "model/base/error.h"
#include "model/base/time.h"
#include "model/protocol/pdu.h"
#include "realnet/common/descriptor.h"
#include "realnet/common/interface.h"
#include "realnet/common/socket-address.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace sonda
{

/** A datagram that arrived. */
struct Datagram
{
    std::string_view bytes; //!< in the socket's buffer: valid until the next Receive()
    std::string address;    //!< of the sender
    std::uint16_t port{0};  //!< of the sender
    Instant arrival;        //!< when the kernel had it
    /** Sent to a loopback address. What this host sends to another address of its own the kernel
     * has come by the interface of that address (findings/), so this does not tell it. */
    bool isByLoopback{false};
};

/**
 * A UDP socket of the probe protocol. It never blocks; whoever owns it waits for readability.
 * Movable; not thread-safe.
 */
class UdpSocket
{
  public:
    /** Receives what is sent to a group on one interface; several may share group and port. */
    static Expected<UdpSocket> OpenGroup(const std::string& group,
                                         std::uint16_t port,
                                         const Interface& interface);

    /**
     * Bound to \p address and any free port; what it sends to groups leaves by \p interface, with
     * TTL (hop limit) 1, and is heard on this machine too.
     */
    static Expected<UdpSocket> Open(const std::string& address, const Interface& interface);

    /** \return the next datagram, or nothing when none is waiting. */
    std::optional<Datagram> Receive();

    /** \return nothing when it was sent, else why not. */
    std::optional<Error> Send(std::string_view bytes,
                              const std::string& address,
                              std::uint16_t port);

    /** \return how many datagrams the kernel dropped because nobody fetched them in time. */
    std::uint32_t
    Dropped() const
    {
        return m_dropped;
    }

    int
    Handle() const
    {
        return m_socket.Get();
    }

  private:
    static Expected<UdpSocket> Create(int family);
    bool Join(const SocketAddress& group, int interface);
    bool SendBy(const SocketAddress& address, int interface);
    bool TellInterface(int family);
    void ReadControl(msghdr& message, const timespec& wallNow, Datagram& datagram);
    std::optional<Error> Bind(const SocketAddress& at);

    Descriptor m_socket;
    int m_interface{0}; //!< link-local addresses are on this one
    std::uint32_t m_dropped{0};
    /** One byte more than allowed: a datagram that fills it is too long, whatever its length. */
    std::array<char, MAX_DATAGRAM_BYTES + 1> m_buffer{};
};

} // namespace sonda

#endif
