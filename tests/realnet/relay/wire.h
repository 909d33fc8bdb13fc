#ifndef SONDA_TESTS_REALNET_RELAY_WIRE_H
#define SONDA_TESTS_REALNET_RELAY_WIRE_H

#include "realnet/common/descriptor.h"
#include "tests/catch.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sonda::test
{

/** The two ends of a TCP connection over loopback. */
struct Wire
{
    /** \param bytes of each buffer; the kernel doubles it */
    explicit Wire(int bytes)
    {
        const Descriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        // Inherited; set after the handshake it would not bound the window.
        Shrink(listener.Get(), bytes);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* const raw = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(bind(listener.Get(), raw, size) == 0);
        REQUIRE(listen(listener.Get(), 1) == 0);
        REQUIRE(getsockname(listener.Get(), raw, &size) == 0);
        far = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        Shrink(far.Get(), bytes);
        REQUIRE(connect(far.Get(), raw, size) == 0);
        near = Descriptor(accept4(listener.Get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        REQUIRE(near);
        const int on = 1;
        REQUIRE(setsockopt(near.Get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0);
        REQUIRE(setsockopt(far.Get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0);
        REQUIRE(setsockopt(near.Get(), SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on)) == 0);
    }

    static void
    Shrink(int socket, int bytes)
    {
        REQUIRE(setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)) == 0);
        REQUIRE(setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) == 0);
    }

    Descriptor near; //!< the relay's
    Descriptor far;  //!< the peer's
};

} // namespace sonda::test

#endif
