#include "tests/catch.h"
#include "tests/model/support/agent-seven.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

using namespace sonda;
using namespace sonda::test;

namespace
{

const std::string BASE_REQUEST = R"({"tipo":"probe request"})";

/** An agent with a random stream, asked by 10.0.0.1. */
struct Bench
{
    explicit Bench(AgentOptions options = AgentSeven())
        : agent(std::move(options), std::nullopt)
    {
    }

    std::string
    Ask(const std::string& request, Instant now)
    {
        const auto figures = [this] { return Figures(); };
        const auto refusal = agent.OnDatagram(request, "10.0.0.1", 4000, now, figures, random);
        return refusal ? ToString(refusal->reason) : "accepted";
    }

    std::string
    AskWithin(std::uint32_t windowMs, Instant now)
    {
        ProbeRequest request;
        request.nonce = RandomHex(random, 128);
        request.windowMs = windowMs;
        return Ask(Encode(request), now);
    }

    Expected<Report>
    Figures()
    {
        ++figuresTaken;
        return isReadable ? Expected<Report>(report) : Error{"/proc/stat cannot be read"};
    }

    SeededStream random{5};
    Report report;
    bool isReadable{true};
    int figuresTaken{0};
    Agent agent;
};

} // namespace

TEST_CASE("the waits are uniform in the window")
{
    constexpr std::uint32_t window = 800;
    constexpr int asked = 20'000;
    Bench bench;
    std::vector<double> waits;
    for (int i = 0; i < asked; ++i)
    {
        const Instant now = At(i);
        REQUIRE(bench.AskWithin(window, now) == "accepted");
        const Duration wait = bench.agent.NextReply().value() - now;
        REQUIRE(wait >= Duration(0));
        REQUIRE(wait <= std::chrono::milliseconds(window));
        waits.push_back(ToSeconds(wait) / (window * 1e-3));
        REQUIRE(bench.agent.TakeReply(now + wait));
    }
    std::sort(waits.begin(), waits.end());
    double distance = 0;
    for (int i = 0; i < asked; ++i)
    {
        distance =
            std::max({distance, waits[i] - double(i) / asked, double(i + 1) / asked - waits[i]});
    }
    // Kolmogorov's distance; by the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart it
    // exceeds this once in a million.
    CHECK(distance < std::sqrt(std::log(2e6) / (2.0 * asked)));
}

TEST_CASE("a request without window gets the agent's own, a window of 0 is answered at once")
{
    AgentOptions options = AgentSeven();
    options.defaultWindow = std::chrono::seconds(40);
    Bench bench(options);
    double greatest = 0;
    for (int i = 0; i < 60; ++i)
    {
        REQUIRE(bench.Ask(BASE_REQUEST, At(0)) == "accepted");
    }
    while (bench.agent.NextReply())
    {
        greatest = ToSeconds(*bench.agent.NextReply() - At(0));
        REQUIRE(bench.agent.TakeReply(*bench.agent.NextReply()));
    }
    CHECK(greatest > 30);
    CHECK(greatest <= 40);
    REQUIRE(bench.AskWithin(0U, At(50)) == "accepted");
    CHECK(bench.agent.NextReply() == At(50));
}

TEST_CASE("a request that is answered at once leaves the waits of the others as they are")
{
    Bench rounds;
    Bench mixed;
    REQUIRE(mixed.Ask(R"({"tipo":"probe request","window_ms":0})", At(0)) == "accepted");
    REQUIRE(mixed.agent.TakeReply(At(0)));
    const std::string request = R"({"tipo":"probe request","window_ms":500})";
    REQUIRE(rounds.Ask(request, At(1)) == mixed.Ask(request, At(1)));
    CHECK(rounds.agent.NextReply() == mixed.agent.NextReply());
}

TEST_CASE("a reply is not there before it is due, and says how long it was held")
{
    Bench bench;
    bench.report.ram = 77;
    bench.report.cpu = 12;
    bench.report.inFlight = 3;
    REQUIRE(bench.AskWithin(10'000U, At(100)) == "accepted");
    const Instant due = bench.agent.NextReply().value();
    CHECK_FALSE(bench.agent.TakeReply(due - Duration(1)));
    // What counts is when it leaves, not when it was due; and the figures of the request's arrival.
    bench.report.ram = 99;
    const Instant late = due + std::chrono::microseconds(1234);
    const auto reply = bench.agent.TakeReply(late);
    REQUIRE(reply);
    CHECK(reply->address == "10.0.0.1");
    CHECK(reply->port == 4000);
    const auto response = DecodeResponse(reply->datagram);
    REQUIRE(response);
    CHECK(response->hold == std::chrono::floor<std::chrono::microseconds>(late - At(100)));
    CHECK(response->report.ram == 77);
    CHECK(response->report.inFlight == 3U);
    CHECK(response->id == "seven");
    CHECK(response->server == Endpoint{"10.0.0.7", 80});
    CHECK_FALSE(bench.agent.NextReply());
    CHECK_FALSE(bench.agent.TakeReply(late));
    CHECK(bench.agent.RepliesTaken() == 1);
}

TEST_CASE("a nonce is answered once, the base form every time")
{
    Bench bench;
    const std::string request =
        R"({"tipo":"probe request","v":2,"nonce":"0123456789abcdef0123456789abcdef"})";
    CHECK(bench.Ask(request, At(0)) == "accepted");
    CHECK(bench.Ask(request, At(0)) == "duplicate-request");
    REQUIRE(bench.agent.TakeReply(At(10)));
    CHECK(bench.Ask(request, At(20)) == "duplicate-request");
    CHECK(bench.Ask(BASE_REQUEST, At(20)) == "accepted");
    CHECK(bench.Ask(BASE_REQUEST, At(20)) == "accepted");
    CHECK(bench.agent.Refusals().Get(RefusalReason::DUPLICATE_REQUEST) == 2);
}

TEST_CASE("the response repeats the nonce of its request, replies leave in the order they are due")
{
    Bench bench;
    Instant last{};
    for (int i = 0; i < 50; ++i)
    {
        bench.AskWithin(60'000U, At(0.001 * i));
    }
    std::set<std::string> nonces;
    while (const auto due = bench.agent.NextReply())
    {
        CHECK(*due >= last);
        last = *due;
        nonces.insert(DecodeResponse(bench.agent.TakeReply(*due)->datagram)->nonce.value());
    }
    CHECK(nonces.size() == 50);
}

TEST_CASE("an agent keeps a bounded number of requests, and may be asked again later")
{
    AgentOptions options = AgentSeven();
    options.mostPending = 3;
    Bench bench(options);
    for (int i = 0; i < 3; ++i)
    {
        CHECK(bench.AskWithin(0U, At(0)) == "accepted");
    }
    const std::string request =
        R"({"tipo":"probe request","v":2,"nonce":"0123456789abcdef0123456789abcdef"})";
    CHECK(bench.Ask(request, At(0)) == "busy");
    REQUIRE(bench.agent.TakeReply(At(2)));
    CHECK(bench.Ask(request, At(2)) == "accepted");
}

TEST_CASE("only a request that will be answered costs a reading of the load")
{
    AgentOptions options = AgentSeven();
    options.mostPending = 2;
    Bench bench(options);
    const std::string request =
        R"({"tipo":"probe request","v":2,"nonce":"0123456789abcdef0123456789abcdef"})";
    CHECK(bench.Ask("garbage", At(0)) == "not-json");
    ProbeRequest sliced;
    sliced.slice = Slice{2, 1 - static_cast<std::uint32_t>(HashId("seven") % 2)};
    CHECK(bench.Ask(Encode(sliced), At(0)) == "other-slice");
    CHECK(bench.figuresTaken == 0);
    CHECK(bench.Ask(request, At(0)) == "accepted");
    CHECK(bench.figuresTaken == 1);
    CHECK(bench.Ask(request, At(0)) == "duplicate-request");
    CHECK(bench.AskWithin(0U, At(0)) == "accepted");
    CHECK(bench.AskWithin(60'000U, At(0)) == "busy");
    CHECK(bench.figuresTaken == 2);
}

TEST_CASE("a request is refused while the load cannot be read")
{
    Bench bench;
    bench.isReadable = false;
    CHECK(bench.AskWithin(1000U, At(0)) == "no-figures");
    CHECK_FALSE(bench.agent.NextReply());
    bench.isReadable = true;
    CHECK(bench.AskWithin(1000U, At(0)) == "accepted");
}

TEST_CASE("exactly one slice has the agent")
{
    for (const std::uint32_t modulus : {1U, 2U, 7U, 1000U})
    {
        std::uint32_t answered = modulus;
        for (std::uint32_t residue = 0; residue < modulus; ++residue)
        {
            Bench bench;
            ProbeRequest request;
            request.slice = Slice{modulus, residue};
            const std::string verdict = bench.Ask(Encode(request), At(0));
            CHECK((verdict == "accepted" || verdict == "other-slice"));
            if (verdict == "accepted")
            {
                CHECK(answered == modulus);
                answered = residue;
            }
        }
        CHECK(answered == HashId("seven") % modulus);
    }
}

TEST_CASE("an agent of the base form says what the report's agent says")
{
    AgentOptions options = AgentSeven();
    options.baseForm = true;
    Bench bench(options);
    bench.report.ram = 1024;
    bench.report.cpu = 99.5;
    bench.report.cores = 4;
    bench.report.state = ServerState::DRAIN;
    bench.report.weight = 3;
    bench.AskWithin(0U, At(0));
    CHECK(bench.agent.TakeReply(At(0))->datagram ==
          R"({"tipo":"probe response","RAM":1024,"CPU":99.5,"IP":"10.0.0.7","Door":80})");
}

TEST_CASE("what is not a request is refused and counted")
{
    Bench bench;
    CHECK(bench.Ask("{", At(0)) == "not-json");
    CHECK(bench.Ask(R"({"tipo":"probe response"})", At(0)) == "wrong-kind");
    CHECK(bench.Ask(R"({"tipo":"probe request","window_ms":-1})", At(0)) == "out-of-range");
    CHECK(bench.agent.Refusals().Total() == 3);
    CHECK_FALSE(bench.agent.NextReply());
}
