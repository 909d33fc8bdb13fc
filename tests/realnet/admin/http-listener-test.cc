#include "realnet/admin/admin-server.h"
#include "realnet/common/admin-limits.h"
#include "realnet/common/clock.h"
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

Descriptor
Connect(const AdminServer& server)
{
    Descriptor client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const SocketAddress at(server.At());
    REQUIRE(connect(client.Get(), at.Raw(), at.Size()) == 0);
    const timeval patience{20, 0};
    REQUIRE(setsockopt(client.Get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0);
    return client;
}

void
Send(const Descriptor& client, const std::string& text)
{
    REQUIRE(send(client.Get(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
}

/** \return what comes until the end, or until so many bytes came. */
std::string
Receive(const Descriptor& client, std::size_t most = 1'000'000)
{
    std::string text;
    char buffer[4096];
    ssize_t count = 0;
    while (text.size() < most && (count = recv(client.Get(), buffer, sizeof(buffer), 0)) > 0)
    {
        text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
}

std::string
Ask(const AdminServer& server, const std::string& path)
{
    const Descriptor client = Connect(server);
    Send(client, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return Receive(client);
}

std::shared_ptr<const AdminSnapshot>
MakeSnapshot(std::uint64_t sequence)
{
    auto snapshot = std::make_shared<AdminSnapshot>();
    snapshot->facts = std::make_shared<ProxyFacts>();
    snapshot->sequence = sequence;
    return snapshot;
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
    const std::string answer = Ask(*server, "/healthz");
    CHECK(failuresLeft == 0);
    failuresLeft = 0;
    CHECK(answer.find("HTTP/1.1 200") == 0);
}

TEST_CASE("clients are taken again although a reader of events stays", "[http]")
{
    failure = GENERATE(ENFILE, EMFILE, ENOMEM, ENOBUFS);
    CAPTURE(failure.load());
    const auto server = OpenServer();
    server->Publish(MakeSnapshot(1));
    server->Start();
    const Descriptor reader = Connect(*server);
    Send(reader, "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(Receive(reader, 12).find("HTTP/1.1 200") == 0);
    failuresLeft = 1;
    const std::string answer = Ask(*server, "/healthz");
    failuresLeft = 0;
    CHECK(answer.find("HTTP/1.1 200") == 0);
}

TEST_CASE("an event follows its snapshot at once", "[http]")
{
    const auto server = OpenServer();
    server->Publish(MakeSnapshot(1));
    server->Start();
    const Descriptor reader = Connect(*server);
    Send(reader, "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    std::string seen;
    const auto wait = [&](const std::string& text)
    {
        const Instant begin = Now();
        while (seen.find(text) == std::string::npos)
        {
            const std::string more = Receive(reader, 1);
            REQUIRE_FALSE(more.empty());
            seen += more;
        }
        return Now() - begin;
    };
    wait("id: 1\n");
    Duration least = std::chrono::hours(1);
    for (std::uint64_t number = 2; number < 12; ++number)
    {
        server->Publish(MakeSnapshot(number));
        least = std::min(least, wait("id: " + std::to_string(number) + "\n"));
    }
    CHECK(least < std::chrono::milliseconds(100));
    server->Stop();
    CHECK(Receive(reader).find("0\r\n\r\n") != std::string::npos); // an end that is one
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
    const Descriptor client = Connect(*server);
    Send(client, "GET");
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
    std::vector<Descriptor> idle;
    for (unsigned i = 0; i < ADMIN_PLACES + 5; ++i)
    {
        idle.push_back(Connect(*server));
        Send(idle.back(), "GET");
    }
    const Instant begin = Now();
    server->Stop();
    CHECK(Now() - begin < std::chrono::seconds(1));
    for (const Descriptor& client : idle)
    {
        char byte = 0;
        CHECK(recv(client.Get(), &byte, 1, 0) <= 0); // closed, and not answered
    }
}
