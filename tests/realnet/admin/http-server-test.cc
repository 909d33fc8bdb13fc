#include "realnet/admin/admin-server.h"
#include "realnet/common/descriptor.h"
#include "realnet/common/socket-address.h"
#include "tests/catch.h"

#include <atomic>
#include <cerrno>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace sonda;

namespace
{

std::atomic<int> failuresLeft{0};
std::atomic<int> failure{0};

std::unique_ptr<AdminServer>
OpenServer()
{
    auto server =
        AdminServer::Open({"127.0.0.1", 0}, std::nullopt, [](auto&, bool) { return false; });
    REQUIRE(server);
    return std::move(*server);
}

} // namespace

/** Stands before the C library's: no test can fill the kernel's table of files. */
extern "C" int
accept4(int socket, sockaddr* from, socklen_t* size, int flags)
{
    if (failuresLeft > 0)
    {
        --failuresLeft;
        errno = failure;
        return -1;
    }
    return static_cast<int>(syscall(SYS_accept4, socket, from, size, flags));
}

TEST_CASE("the admin listener outlives failures of accept", "[http]")
{
    failure = GENERATE(ENFILE, EMFILE, ENOMEM, ENOBUFS, ECONNABORTED, EPROTO, EINTR);
    CAPTURE(failure.load());
    const auto server = OpenServer();
    failuresLeft = 3;
    server->Start();
    httplib::Client client("127.0.0.1", server->At().port);
    client.set_read_timeout(20);
    const auto answer = client.Get("/healthz");
    CHECK(failuresLeft == 0);
    failuresLeft = 0;
    REQUIRE(answer);
    CHECK(answer->status == 200);
}

TEST_CASE("the admin listener can be stopped before its thread has begun", "[http]")
{
    for (int i = 0; i < 100; ++i)
    {
        const auto server = OpenServer();
        server->Start();
        server->Stop();
    }
}

TEST_CASE("the admin listener can be stopped while accept fails", "[http]")
{
    const auto server = OpenServer();
    failure = ENFILE;
    failuresLeft = 1'000'000;
    server->Start();
    const Descriptor client(socket(AF_INET, SOCK_STREAM, 0));
    const SocketAddress at(server->At());
    REQUIRE(connect(client.Get(), at.Raw(), at.Size()) == 0);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (failuresLeft == 1'000'000 && std::chrono::steady_clock::now() < deadline)
    {
        std::this_thread::yield();
    }
    server->Stop();
    const int left = failuresLeft.exchange(0);
    CHECK(left < 1'000'000);
    CHECK(left > 999'000); // it pauses between trials
}

TEST_CASE("the end does not wait for idle connections", "[http]")
{
    const auto server = OpenServer();
    server->Start();
    const SocketAddress at(server->At());
    std::vector<Descriptor> idle;
    for (std::size_t i = 0; i < ADMIN_THREADS + ADMIN_WAITING; ++i)
    {
        idle.emplace_back(socket(AF_INET, SOCK_STREAM, 0));
        REQUIRE(connect(idle.back().Get(), at.Raw(), at.Size()) == 0);
        REQUIRE(send(idle.back().Get(), "GET", 3, MSG_NOSIGNAL) == 3);
    }
    server->Stop();
    for (const Descriptor& client : idle)
    {
        char byte = 0;
        CHECK(recv(client.Get(), &byte, 1, 0) <= 0); // closed, and not answered
    }
}
