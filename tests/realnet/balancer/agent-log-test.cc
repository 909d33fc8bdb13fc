#include "realnet/balancer/agent-log.h"
#include "realnet/common/log.h"
#include "tests/catch.h"
#include "tests/model/support/samples.h"

#include <memory>
#include <spdlog/sinks/ostream_sink.h>
#include <sstream>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** Collects what is logged while it lives. */
class Lines
{
  public:
    Lines()
        : m_before(spdlog::default_logger())
    {
        auto logger = std::make_shared<spdlog::logger>(
            "lines",
            std::make_shared<spdlog::sinks::ostream_sink_mt>(m_text));
        logger->set_pattern("%l %v");
        spdlog::set_default_logger(std::move(logger));
    }

    ~Lines()
    {
        spdlog::set_default_logger(m_before);
    }

    std::vector<std::string>
    Take()
    {
        std::vector<std::string> lines;
        std::istringstream in(m_text.str());
        for (std::string line; std::getline(in, line);)
        {
            lines.push_back(line);
        }
        m_text.str("");
        return lines;
    }

  private:
    std::shared_ptr<spdlog::logger> m_before;
    std::ostringstream m_text;
};

AgentEvent
Event(unsigned number, std::optional<Freshness> from, Freshness to)
{
    AgentEvent event;
    event.id = "agent-" + std::to_string(number);
    event.server = {"10.0.0.1", 80};
    event.from = from;
    event.to = to;
    return event;
}

} // namespace

TEST_CASE("the first changes of agents have lines, the others are counted", "[agent-log]")
{
    Lines lines;
    AgentLog log;
    for (unsigned number = 0; number < 4000; ++number)
    {
        log.Take(Event(number, std::nullopt, Freshness::FRESH), At(100));
    }
    auto written = lines.Take();
    REQUIRE(written.size() == 30);
    CHECK(written[0] == "info agent agent-0 at 10.0.0.1:80: joined");
    // Troubles have lines of their own.
    for (unsigned number = 0; number < 4000; ++number)
    {
        log.Take(Event(number, Freshness::FRESH, Freshness::STALE), At(101));
        log.Take(Event(number, Freshness::STALE, Freshness::DEAD), At(101));
    }
    written = lines.Take();
    CHECK(written.size() == 30);
    CHECK(written[0] == "warning agent agent-0 at 10.0.0.1:80: dead");
    for (double now = 101; now < 400; ++now)
    {
        log.Tick(At(now));
    }
    written = lines.Take();
    REQUIRE(written.size() == 1);
    CHECK(written[0] == "info agents, without a line for each: 3970 dead, 3970 joined, 4000 stale");
}

TEST_CASE("a flood that goes on has a line in fifteen seconds", "[agent-log]")
{
    Lines lines;
    AgentLog log;
    for (int i = 0; i < 100'000; ++i)
    {
        AgentEvent event = Event(0, Freshness::FRESH, Freshness::FRESH);
        event.state = i % 2 == 0 ? ServerState::DRAIN : ServerState::DOWN;
        log.Take(event, At(1000 + 0.001 * i));
        if (i % 1000 == 0)
        {
            log.Tick(At(1000 + 0.001 * i));
        }
    }
    CHECK(lines.Take().size() <= 30 + 7 + 1);
}

TEST_CASE("events are told in words", "[agent-log]")
{
    AgentEvent event = Event(1, Freshness::FRESH, Freshness::FRESH);
    event.notice = TableNotice{TableNotice::Kind::RESTS, 0};
    event.restReason = RestReason::EARLY_RESETS;
    event.restingReports = 2;
    event.row = 4;
    CHECK(Describe(event) == "rests for 2 reports: 4 connections in a row were reset before it had "
                             "sent a byte (--early-resets)");
    CHECK(IsBad(event));
    event.restReason = RestReason::EMPTY_ENDS;
    event.restingReports = 1;
    CHECK(Describe(event) ==
          "rests for 1 report: it ended 4 connections in a row without a byte (--empty-ends)");
    event.notice = TableNotice{TableNotice::Kind::CALM, 0, 3, 1};
    CHECK(Describe(event) == "the panic is over: 3 agents answer, 1 are lost");
    AgentEvent gone = Event(1, Freshness::STALE, Freshness::DEAD);
    CHECK(Describe(gone) == "dead");
    CHECK(IsBad(gone));
    gone.hasLeft = true;
    CHECK(Describe(gone) == "left");
    CHECK_FALSE(IsBad(gone));
}

TEST_CASE("an event that goes on is logged once a second, then once in ten", "[log]")
{
    LogLimiter limiter;
    int lines = 0;
    std::uint64_t events = 0;
    for (int i = 0; i < 60'000; ++i)
    {
        if (const auto silenced = limiter.Allow(At(50 + 0.001 * i)))
        {
            ++lines;
            events += 1 + *silenced;
        }
    }
    CHECK(lines == 5 + 5);
    CHECK(events > 50'000);
    // After a pause it is quick again.
    lines = 0;
    for (int i = 0; i < 10'000; ++i)
    {
        lines += limiter.Allow(At(200 + 0.001 * i)) ? 1 : 0;
    }
    CHECK(lines == 5);
}
