#include "realnet/common/descriptor.h"
#include "realnet/worker/log-closer.h"
#include "tests/catch.h"
#include "tests/realnet/common/temporary-file.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <thread>

using namespace sonda;

namespace
{

/** A FIFO that nobody reads, until somebody does. */
struct HangingDisk
{
    HangingDisk()
    {
        REQUIRE(mkfifo(path.c_str(), 0600) == 0);
        // Opening it for writing waits for a reader, so one is there first.
        reader = Descriptor(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        REQUIRE(reader);
    }

    /** Reads from now on, until the writer has closed the file. */
    void
    Mend()
    {
        fcntl(reader.Get(), F_SETFL, 0);
        drain = std::thread(
            [this]
            {
                std::array<char, 65536> bytes;
                for (ssize_t n = 0; (n = read(reader.Get(), bytes.data(), bytes.size())) > 0;)
                {
                    lines += std::count(bytes.begin(), bytes.begin() + n, '\n');
                }
            });
    }

    test::TemporaryFolder folder;
    std::string path{folder.path + "/fifo"};
    Descriptor reader;
    std::thread drain; //!< to be joined when the log is gone
    std::ptrdiff_t lines{0};
};

} // namespace

TEST_CASE("a connection is one line with all that is known of it", "[connection-log]")
{
    ConnectionRecord record;
    record.client = SocketAddress("fd00::9", 4242);
    record.agent = "web1";
    record.server = SocketAddress("10.0.0.7", 80);
    record.up = 12;
    record.down = 34567;
    record.connect = std::chrono::microseconds(412);
    record.total = std::chrono::milliseconds(1250);
    record.retries = 1;
    record.how = "finished";
    record.by = "client";
    CHECK(FormatRecord(record, LogFormat::KEY_VALUE) ==
          "client=[fd00::9]:4242 agent=web1 server=10.0.0.7:80 up=12 down=34567 connect_ms=0.412 "
          "total_ms=1250 retries=1 end=finished by=client");
    const auto json = nlohmann::json::parse(FormatRecord(record, LogFormat::JSON));
    CHECK(json["server"] == "10.0.0.7:80");
    CHECK(json["connect_ms"] == 0.412);
    CHECK(json["down"] == 34567);
}

TEST_CASE("what was never there has no figure", "[connection-log]")
{
    ConnectionRecord record;
    record.client = SocketAddress("10.0.0.9", 4242);
    record.how = "no-agent";
    record.by = "proxy";
    CHECK(FormatRecord(record, LogFormat::KEY_VALUE) ==
          "client=10.0.0.9:4242 agent=- server=- up=0 down=0 total_ms=0 retries=0 end=no-agent "
          "by=proxy");
}

TEST_CASE("a file that cannot be written is an error", "[connection-log]")
{
    const auto log = ConnectionLog::Open("/proc/no-such-folder/file", LogFormat::JSON);
    REQUIRE_FALSE(log);
    CHECK(log.GetError().message.find("/proc/no-such-folder") != std::string::npos);
}

TEST_CASE("a disk that never finishes drops lines and holds nobody up", "[connection-log]")
{
    HangingDisk disk;
    auto log = ConnectionLog::Open(disk.path, LogFormat::KEY_VALUE);
    REQUIRE(log);
    // The queue, a batch and the pipe hold about half of them.
    for (std::size_t i = 0; i < 4 * ConnectionLog::MOST_QUEUED; ++i)
    {
        (*log)->Write({});
    }
    CHECK((*log)->Dropped() > 1000);
    disk.Mend();
    (*log).reset();
    disk.drain.join();
}

TEST_CASE("who lets go of a shared log waits for no disk, and no line is lost", "[connection-log]")
{
    constexpr std::ptrdiff_t lines = ConnectionLog::MOST_QUEUED;
    HangingDisk disk;
    {
        LogCloser closer;
        CHECK(closer.Share(nullptr) == nullptr);
        auto log = ConnectionLog::Open(disk.path, LogFormat::KEY_VALUE);
        REQUIRE(log);
        auto shared = closer.Share(std::move(*log));
        for (std::ptrdiff_t i = 0; i < lines; ++i)
        {
            shared->Write({});
        }
        CHECK(shared->Dropped() == 0);
        shared.reset();
        disk.Mend(); // only now
    }
    disk.drain.join();
    CHECK(disk.lines == lines);
}
