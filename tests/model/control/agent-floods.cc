#include "tests/catch.h"
#include "tests/model/support/agent-seven.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <algorithm>
#include <set>
#include <string>

/** What strangers can do to an agent that answers everybody: little. */
using namespace sonda;
using namespace sonda::test;

namespace
{

const std::string GENUINE = "10.0.0.1";
const std::string STRANGER = "10.0.0.66";

struct Bench
{
    explicit Bench(AgentOptions options = AgentSeven())
        : agent(std::move(options), std::nullopt)
    {
    }

    std::string
    Ask(const std::string& address,
        std::uint32_t windowMs,
        Instant now,
        std::uint16_t port = 4000,
        std::size_t bytes = LONGEST_ANSWER)
    {
        ProbeRequest request;
        request.nonce = RandomHex(random, 128);
        request.windowMs = windowMs;
        request.below = 1;
        std::string text = Encode(request);
        text.resize(std::max(bytes, text.size()), ' ');
        return Send(text, address, now, port);
    }

    std::string
    Send(const std::string& text,
         const std::string& address,
         Instant now,
         std::uint16_t port = 4000)
    {
        const auto figures = [this] { return report; };
        const auto refusal = agent.OnDatagram(text, address, port, now, figures, random);
        return refusal ? ToString(refusal->reason) : "accepted";
    }

    /** \return to whom notices of a drain go. */
    std::set<std::string>
    Told(Instant now)
    {
        Report drained;
        drained.state = ServerState::DRAIN;
        std::set<std::string> told;
        for (const Reply& notice : agent.Announce(now, drained))
        {
            told.insert(notice.address);
        }
        return told;
    }

    SeededStream random{9};
    Report report;
    Agent agent;
};

} // namespace

TEST_CASE("a stranger whose requests wait for a minute keeps nobody out")
{
    Bench bench;
    for (int i = 0; i < 64; ++i)
    {
        REQUIRE(bench.Ask(STRANGER, 60'000, At(0)) == "accepted");
    }
    for (int second = 1; second < 30; ++second)
    {
        for (int i = 0; i < 4; ++i)
        {
            bench.Ask(STRANGER, 60'000, At(second));
        }
        REQUIRE(bench.Ask(GENUINE, 500, At(second)) == "accepted");
        bool answered = false;
        while (const auto reply = bench.agent.TakeReply(At(second + 0.5)))
        {
            answered = answered || reply->address == GENUINE;
        }
        CHECK(answered);
    }
    // Who had to go is counted as refused.
    CHECK(bench.agent.Refusals().Get(RefusalReason::BUSY) > 0);
}

TEST_CASE("one address that fills the agent with short waits keeps no other out")
{
    Bench bench;
    for (int i = 0; i < 1'000; ++i)
    {
        bench.Ask(STRANGER, 500, At(0));
    }
    REQUIRE(bench.Ask(GENUINE, 500, At(0)) == "accepted");
    for (int i = 0; i < 1'000; ++i)
    {
        bench.Ask(STRANGER, 500, At(0));
    }
    int answered = 0;
    int all = 0;
    while (const auto reply = bench.agent.TakeReply(At(1)))
    {
        ++all;
        answered += reply->address == GENUINE;
    }
    CHECK(answered == 1);
    CHECK(all == 64);
}

TEST_CASE("long waits of many forged addresses make room for a short one")
{
    Bench bench;
    for (int i = 0; i < 2'000; ++i)
    {
        bench.Ask("10.0.1." + std::to_string(i % 250), 60'000, At(0));
    }
    // Of 64 uniform waits of a minute the longest is above half a second.
    CHECK(bench.Ask(GENUINE, 500, At(0)) == "accepted");
    CHECK(bench.Ask(GENUINE, 0, At(0)) == "accepted");
}

TEST_CASE("a request that would wait longer than all others is refused when the agent is full")
{
    AgentOptions options = AgentSeven();
    options.mostPending = 3;
    Bench bench(options);
    for (int i = 0; i < 3; ++i)
    {
        REQUIRE(bench.Ask(GENUINE, 0, At(0)) == "accepted");
    }
    CHECK(bench.Ask(GENUINE, 1'000, At(0)) == "busy");
    CHECK(bench.Ask(GENUINE, 0, At(0)) == "busy");
    REQUIRE(bench.agent.TakeReply(At(0)));
    CHECK(bench.Ask(GENUINE, 1'000, At(0)) == "accepted");
}

TEST_CASE("strangers do not push out a monitor that has been asking")
{
    for (const bool sameAddress : {true, false})
    {
        Bench bench;
        bench.Ask(GENUINE, 0, At(0));
        bench.Ask(GENUINE, 0, At(5));
        for (int i = 0; i < 500; ++i)
        {
            const std::string address =
                sameAddress ? STRANGER : "10.0.1." + std::to_string(i % 250);
            while (bench.agent.TakeReply(At(6)))
            {
            }
            bench.Ask(address, 0, At(6 + 0.001 * i), static_cast<std::uint16_t>(2000 + i));
        }
        const auto told = bench.Told(At(8));
        CHECK(told.count(GENUINE) == 1);
        CHECK(told.size() <= 64);
    }
}

TEST_CASE("an unsigned answer is never longer than its request allows")
{
    AgentOptions options = AgentSeven();
    options.id = std::string(MAX_ID_BYTES, 'i');
    options.server = {"255.255.255.255", 65535};
    options.server.address = "192.168.100.100";
    Bench bench(options);
    Report& report = bench.report;
    report.ram = 17179869184.0 * 64;
    report.cpu = 93.53233830845771;
    report.ramTotal = report.ram;
    report.cores = 128;
    report.cpu10s = 93.53233830845771;
    report.load1 = 129.53233830845771;
    report.inFlight = 4294967295U;
    report.serviceTime = 123.456789;
    report.rate = 99999.53233830845771;
    report.weight = 0.3333333333333333;
    constexpr std::size_t headers = 28;
    double greatest = 0;
    double now = 0;
    const auto measure = [&](const std::string& request)
    {
        now += 1;
        REQUIRE(bench.Send(request, STRANGER, At(now)) == "accepted");
        const auto reply = bench.agent.TakeReply(At(now + 1));
        REQUIRE(reply);
        REQUIRE(DecodeResponse(reply->datagram));
        const auto asked = static_cast<double>(request.size() + headers);
        greatest = std::max(greatest, double(reply->datagram.size() + headers) / asked);
        return DecodeResponse(reply->datagram);
    };
    // The report's 24 bytes get the report's answer, whatever else the agent knows.
    const auto base = measure(R"({"tipo":"probe request"})");
    CHECK_FALSE(base->id);
    CHECK_FALSE(base->report.inFlight);
    CHECK_FALSE(measure(R"({"tipo":"probe request","v":2,"window_ms":0,"below":1})")->id);
    // The shortest request of version 2 has no room for so long a name.
    CHECK(bench.Send(R"({"tipo":"probe request","nonce":"00000000000000000000000000000001"})",
                     STRANGER,
                     At(0.5)) == "too-short");
    // That of our older monitors gets who it is, and the figures that find room.
    const auto shortest = measure(
        R"({"tipo":"probe request","v":2,"nonce":"00000000000000000000000000000002","window_ms":0})");
    CHECK(shortest->id == options.id);
    CHECK(shortest->hold);
    CHECK_FALSE(shortest->report.rate);
    CHECK(greatest <= AnswerBudget::FACTOR);
    // A request that is filled up gets everything, and then no more than it was.
    ProbeRequest request;
    request.nonce = RandomHex(bench.random, 128);
    std::string filled = Encode(request);
    filled.resize(LONGEST_ANSWER, ' ');
    greatest = 0;
    const auto full = measure(filled);
    CHECK(full->report.rate);
    CHECK(full->report.weight == Approx(report.weight));
    CHECK(greatest <= 1);
}

TEST_CASE("small unsigned requests are limited in what they cause, filled ones are not")
{
    Bench bench;
    const auto flood = [&](const std::string& address, std::size_t bytes, Instant now)
    {
        std::size_t sent = 0;
        for (int i = 0; i < 13'000; ++i)
        {
            bench.Ask(address, 0, now, 4000, bytes);
            while (const auto reply = bench.agent.TakeReply(now))
            {
                sent += reply->datagram.size();
            }
        }
        return sent;
    };
    const std::size_t asked = 86; // bytes of such a request, about
    const std::size_t small = flood(STRANGER, 0, At(1));
    CHECK(small > asked);
    CHECK(small < 3 * AnswerBudget::ADDRESS_RATE);
    CHECK(bench.agent.Refusals().Get(RefusalReason::TOO_OFTEN) > 12'000);
    // Many forged addresses have the total between them.
    std::size_t all = 0;
    for (int i = 0; i < 20; ++i)
    {
        all += flood("10.0.1." + std::to_string(i), 0, At(1));
    }
    CHECK(all < 3 * AnswerBudget::TOTAL_RATE);
    // A monitor of ours fills its requests up: it is answered, whatever strangers do.
    const auto refused = bench.agent.Refusals().Get(RefusalReason::TOO_OFTEN);
    CHECK(flood(GENUINE, LONGEST_ANSWER, At(1)) > 13'000 * asked);
    CHECK(bench.agent.Refusals().Get(RefusalReason::TOO_OFTEN) == refused);
    // A second later there is something to spend again.
    CHECK(bench.Ask(STRANGER, 0, At(2), 4000, 0) == "accepted");
}

TEST_CASE("a server that is not ready is silent in the base form, which has no word for it")
{
    Bench bench;
    bench.report.state = ServerState::DRAIN;
    CHECK(bench.Send(R"({"tipo":"probe request"})", GENUINE, At(0)) == "not-ready");
    CHECK(bench.Ask(GENUINE, 0, At(0)) == "accepted");
}

TEST_CASE("a request for one agent is answered by that agent only")
{
    Bench bench;
    ProbeRequest request;
    request.windowMs = 0;
    request.nonce = RandomHex(bench.random, 128);
    request.to = "eight";
    CHECK(bench.Send(Encode(request), GENUINE, At(0)) == "other-agent");
    request.to = "seven";
    CHECK(bench.Send(Encode(request), GENUINE, At(0)) == "accepted");
}
