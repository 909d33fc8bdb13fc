#ifndef SONDA_TESTS_REALNET_AGENT_TCP_PAIR_H
#define SONDA_TESTS_REALNET_AGENT_TCP_PAIR_H

#include "realnet/common/descriptor.h"
#include "realnet/common/socket-address.h"
#include "tests/catch.h"

#include <string>
#include <sys/socket.h>

namespace sonda::test
{

/** A TCP server on a loopback address. */
struct TcpServer
{
    explicit TcpServer(const std::string& address)
        : listener(socket(SocketAddress(address, 0).Family(), SOCK_STREAM, 0))
    {
        const SocketAddress any(address, 0);
        REQUIRE(bind(listener.Get(), any.Raw(), any.Size()) == 0);
        REQUIRE(listen(listener.Get(), 16) == 0);
        at = LocalAddress(listener.Get());
    }

    Descriptor listener;
    SocketAddress at;
};

/** Both ends of a connection to it. */
struct TcpPair
{
    explicit TcpPair(const TcpServer& to)
        : client(socket(to.at.Family(), SOCK_STREAM, 0))
    {
        REQUIRE(connect(client.Get(), to.at.Raw(), to.at.Size()) == 0);
        server = Descriptor(accept(to.listener.Get(), nullptr, nullptr));
        REQUIRE(server);
    }

    Descriptor client;
    Descriptor server;
};

} // namespace sonda::test

#endif
