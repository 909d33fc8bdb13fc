#include "realnet/admin/request-stream.h"
#include "realnet/common/clock.h"
#include "realnet/common/descriptor.h"
#include "tests/catch.h"

#include <sys/socket.h>
#include <thread>

using namespace sonda;

namespace
{

using std::chrono::milliseconds;
using std::chrono::seconds;

/** Both ends of a connection. */
struct Ends
{
    Ends()
    {
        int both[2];
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, both) == 0);
        ours = Descriptor(both[0]);
        client = Descriptor(both[1]);
    }

    void
    Send(const std::string& text) const
    {
        REQUIRE(send(client.Get(), text.data(), text.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(text.size()));
    }

    Descriptor ours;
    Descriptor client;
};

constexpr RequestStream::Limits PATIENT{64, seconds(60), seconds(60), seconds(60)};

/** Reads as the library does, until nothing comes. */
std::pair<std::string, ssize_t>
ReadBytes(RequestStream& stream)
{
    std::string text;
    char byte = 0;
    ssize_t count = 0;
    while ((count = stream.read(&byte, 1)) == 1)
    {
        text += byte;
    }
    return {text, count};
}

} // namespace

TEST_CASE("a request within the limits is read to its end", "[request]")
{
    const Ends ends;
    ends.Send(std::string(64, 'x'));
    RequestStream stream(ends.ours.Get(), -1, {65, seconds(60), seconds(60), seconds(60)});
    shutdown(ends.client.Get(), SHUT_WR);
    CHECK(ReadBytes(stream) == std::pair(std::string(64, 'x'), ssize_t(0)));
}

TEST_CASE("reading fails beyond the bytes that a request may have", "[request]")
{
    const Ends ends;
    ends.Send(std::string(1000, 'x'));
    RequestStream stream(ends.ours.Get(), -1, PATIENT);
    CHECK(ReadBytes(stream) == std::pair(std::string(64, 'x'), ssize_t(-1)));
}

TEST_CASE("a silent client is given up", "[request]")
{
    const Ends ends;
    ends.Send("GET");
    RequestStream stream(ends.ours.Get(), -1, {64, seconds(60), milliseconds(1), seconds(60)});
    CHECK(ReadBytes(stream) == std::pair(std::string("GET"), ssize_t(-1)));
}

TEST_CASE("a client that is never silent is given up at the request's end", "[request]")
{
    const Ends ends;
    RequestStream stream(ends.ours.Get(),
                         -1,
                         {std::size_t(1) << 40, milliseconds(20), seconds(60), seconds(60)});
    std::thread client(
        [&]
        {
            while (send(ends.client.Get(), "x", 1, MSG_NOSIGNAL) == 1)
            {
            }
        });
    const ssize_t last = ReadBytes(stream).second;
    shutdown(ends.ours.Get(), SHUT_RDWR);
    client.join();
    CHECK(last == -1);
}

TEST_CASE("a client that is silent at the end is not waited for, and one that spoke is heard",
          "[request]")
{
    const Ends ends;
    Ends stop;
    stop.client.Close();
    ends.Send("GET");
    RequestStream stream(ends.ours.Get(), stop.ours.Get(), PATIENT);
    CHECK(ReadBytes(stream) == std::pair(std::string("GET"), ssize_t(-1)));
}

TEST_CASE("an answer may be longer and last longer than a request", "[request]")
{
    const Ends ends;
    RequestStream stream(ends.ours.Get(), -1, {1, seconds(0), seconds(0), seconds(60)});
    const std::string answer(100'000, 'y');
    std::string got;
    std::thread client(
        [&]
        {
            char piece[4096];
            ssize_t count = 0;
            while ((count = recv(ends.client.Get(), piece, sizeof(piece), 0)) > 0)
            {
                got.append(piece, static_cast<std::size_t>(count));
            }
        });
    std::size_t written = 0;
    ssize_t count = 0;
    while (written < answer.size() &&
           (count = stream.write(answer.data() + written, answer.size() - written)) > 0)
    {
        written += static_cast<std::size_t>(count);
    }
    shutdown(ends.ours.Get(), SHUT_RDWR);
    client.join();
    CHECK(got == answer);
}

TEST_CASE("a client that does not read is given up", "[request]")
{
    const Ends ends;
    RequestStream stream(ends.ours.Get(), -1, {64, seconds(60), seconds(60), milliseconds(1)});
    const std::string piece(4096, 'y');
    ssize_t count = 0;
    for (int i = 0; i < 100'000 && count >= 0; ++i)
    {
        count = stream.write(piece.data(), piece.size());
    }
    CHECK(count == -1);
    CHECK_FALSE(stream.is_writable());
}

TEST_CASE("a client that has left is not writable", "[request]")
{
    Ends ends;
    RequestStream stream(ends.ours.Get(), -1, PATIENT);
    CHECK(stream.is_writable());
    ends.client.Close();
    CHECK_FALSE(stream.is_writable());
}
