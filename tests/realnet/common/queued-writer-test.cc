#include "realnet/common/clock.h"
#include "realnet/common/queued-writer.h"
#include "tests/catch.h"
#include "tests/realnet/common/temporary-file.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <thread>

using namespace sonda;

namespace
{

struct Ends
{
    Ends()
    {
        std::array<int, 2> ends{};
        REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
        read = Descriptor(ends[0]);
        write = Descriptor(ends[1]);
    }

    Descriptor read;
    Descriptor write;
};

using Writer = QueuedWriter<std::string>;

constexpr Writer::Limits LIMITS{100, 10'000, Duration::zero(), std::chrono::milliseconds(50)};

std::unique_ptr<Writer>
MakeWriter(Descriptor to, Writer::Limits limits = LIMITS)
{
    return std::make_unique<Writer>(
        std::move(to),
        limits,
        [](const std::string& line, std::string& text) { text += line + '\n'; },
        [](std::uint64_t, int) {});
}

std::string
ReadAll(int from)
{
    std::string all;
    std::array<char, 65536> bytes;
    for (ssize_t n = 0; (n = read(from, bytes.data(), bytes.size())) > 0;)
    {
        all.append(bytes.data(), static_cast<std::size_t>(n));
    }
    return all;
}

} // namespace

TEST_CASE("lines arrive whole and in their order", "[queued-writer]")
{
    Ends pipe;
    auto writer = MakeWriter(std::move(pipe.write));
    std::string expected;
    for (int i = 0; i < 50; ++i)
    {
        REQUIRE(writer->Put("line " + std::to_string(i), 10));
        expected += "line " + std::to_string(i) + "\n";
    }
    writer.reset();
    CHECK(ReadAll(pipe.read.Get()) == expected);
}

TEST_CASE("a reader that stands still holds up neither writers nor the end", "[queued-writer]")
{
    Ends pipe;
    REQUIRE(fcntl(pipe.write.Get(), F_SETPIPE_SZ, 4096) == 4096);
    const bool isNonBlocking = GENERATE(false, true); // as whoever shares the pipe may have made it
    CAPTURE(isNonBlocking);
    REQUIRE(fcntl(pipe.write.Get(), F_SETFL, isNonBlocking ? O_NONBLOCK : 0) == 0);
    auto writer = MakeWriter(std::move(pipe.write));
    std::uint64_t taken = 0;
    constexpr std::uint64_t put = 1000;
    for (std::uint64_t i = 0; i < put; ++i)
    {
        taken += writer->Put(std::string(99, 'x'), 100) ? 1 : 0;
    }
    CHECK(taken < 300); // queue, batch and pipe
    CHECK(writer->Dropped() == put - taken);
    const Instant before = Now();
    writer.reset();
    CHECK(Now() - before < std::chrono::seconds(10)); // it would be for ever
    // What is left in the thread's hands still arrives when the reader comes back.
    CHECK(ReadAll(pipe.read.Get()).size() == taken * 100);
}

TEST_CASE("one entry may weigh more than the queue", "[queued-writer]")
{
    Ends pipe;
    auto writer = MakeWriter(std::move(pipe.write));
    CHECK(writer->Put(std::string(20'000, 'x'), 20'000));
    writer->Flush(std::chrono::seconds(10));
    CHECK(writer->Put("next", 4));
    writer.reset();
    CHECK(ReadAll(pipe.read.Get()).size() == 20'001 + 5);
}

TEST_CASE("lines that a full disk does not take are counted", "[queued-writer]")
{
    std::atomic<std::uint64_t> told{0};
    std::atomic<int> why{0};
    {
        Writer writer(
            Descriptor(open("/dev/full", O_WRONLY | O_CLOEXEC)),
            {100, 10'000, Duration::zero(), std::chrono::seconds(10)},
            [](const std::string& line, std::string& text) { text += line + '\n'; },
            [&](std::uint64_t lines, int error)
            {
                told += lines;
                why = error;
            });
        for (int i = 0; i < 10; ++i)
        {
            writer.Put("line", 4);
        }
        writer.Flush(std::chrono::seconds(10));
        CHECK(writer.Dropped() == 10);
    }
    CHECK(told == 10);
    CHECK(why == ENOSPC);
}

TEST_CASE("what follows a line that was cut short begins on its own line", "[line-output]")
{
    // A limit of the file's size does what a disk does that is full for a while.
    const test::TemporaryFolder folder;
    const std::string path = folder.path + "/log";
    LineOutput output(Descriptor(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)));
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    signal(SIGXFSZ, SIG_IGN);
    const rlimit small{10, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    CHECK(output.Write("line 1\nline 2\nline 3\n") == 2);
    CHECK(output.Write("line 4\n") == 1);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(output.Write("line 5\n") == 0);
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    CHECK(text.str() == "line 1\nlin\nline 5\n");
}
