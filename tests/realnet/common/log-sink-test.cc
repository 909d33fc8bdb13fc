#include "realnet/common/log-sink.h"
#include "tests/catch.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fcntl.h>
#include <future>
#include <regex>
#include <spdlog/spdlog.h>
#include <string>
#include <thread>

using namespace sonda;

TEST_CASE("log lines that nobody reads are counted, and told of when somebody does", "[log]")
{
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    const Descriptor reader(ends[0]);
    std::string text;
    {
        auto sink = std::make_shared<LogSink>(Descriptor(ends[1]));
        spdlog::logger logger("test", sink);
        logger.set_pattern("%l %v");
        constexpr int lines = 20'000;
        for (int i = 0; i < lines; ++i)
        {
            logger.info("line {}", i);
        }
        const std::uint64_t lost = sink->Lost();
        REQUIRE(lost > 0);
        std::promise<void> caughtUp;
        std::thread draining(
            [&]
            {
                std::array<char, 65536> bytes;
                std::uint64_t left = lines - lost;
                for (ssize_t n = 0; (n = read(reader.Get(), bytes.data(), bytes.size())) > 0;)
                {
                    text.append(bytes.data(), static_cast<std::size_t>(n));
                    const auto read = std::count(bytes.begin(), bytes.begin() + n, '\n');
                    if (left > 0 && (left -= std::min<std::uint64_t>(left, read)) == 0)
                    {
                        caughtUp.set_value();
                    }
                }
            });
        // A busy machine may need longer than a Flush() waits.
        REQUIRE(caughtUp.get_future().wait_for(std::chrono::seconds(60)) ==
                std::future_status::ready);
        logger.info("read again");
        sink->Flush();
        logger = spdlog::logger("none");
        sink.reset();
        draining.join();
        CHECK(text.find("info line 0\n") == 0);
        CHECK(text.find("info read again\nwarning ") != std::string::npos);
        // A moment with room in between has a notice of its own.
        const std::regex notice(
            "warning (\\d+) log lines were lost: standard error took no more\n");
        std::uint64_t told = 0;
        std::uint64_t notices = 0;
        for (std::sregex_iterator at(text.begin(), text.end(), notice), end; at != end; ++at)
        {
            told += std::stoull((*at)[1]);
            ++notices;
        }
        CHECK(told == lost);
        const auto count = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
        CHECK(count == lines - lost + 1 + notices);
    }
}
