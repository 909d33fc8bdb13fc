#include "model/protocol/codec.h"
#include "tests/catch.h"
#include "tests/model/support/pdus.h"
#include "tests/model/support/seeded-stream.h"

#include <array>
#include <vector>

using namespace sonda;
using namespace sonda::test;

namespace
{

constexpr std::uint64_t SEED = 20240501;
constexpr int CASES = 100'000;

/** Bytes that matter to a JSON parser come up as often as arbitrary ones. */
char
SomeByte(SeededStream& random)
{
    static const std::string telling = "{}[]\",:\\-+.eE0123456789 \t\n/u";
    return random.Chance(0.5) ? telling[random.Below(telling.size())]
                              : static_cast<char>(random.Below(256));
}

std::string
Mutate(std::string text, SeededStream& random)
{
    for (std::size_t changes = 1 + random.Below(3); changes > 0 && !text.empty(); --changes)
    {
        const std::size_t at = random.Below(text.size());
        switch (random.Below(4))
        {
        case 0:
            text[at] ^= static_cast<char>(1U << random.Below(8));
            break;
        case 1:
            text[at] = SomeByte(random);
            break;
        case 2:
            text.insert(at, 1, SomeByte(random));
            break;
        default:
            text.erase(at, 1 + random.Below(4));
        }
    }
    return text;
}

void
RequireSame(const ProbeRequest& a, const ProbeRequest& b)
{
    REQUIRE(a.nonce == b.nonce);
    REQUIRE(a.windowMs == b.windowMs);
    REQUIRE(a.slice.has_value() == b.slice.has_value());
    if (a.slice)
    {
        REQUIRE(a.slice->modulus == b.slice->modulus);
        REQUIRE(a.slice->residue == b.slice->residue);
    }
    REQUIRE(a.below == b.below);
    REQUIRE(a.to == b.to);
    REQUIRE(a.order.has_value() == b.order.has_value());
    if (a.order)
    {
        REQUIRE(a.order->monitor == b.order->monitor);
        REQUIRE(a.order->stamp == b.order->stamp);
    }
}

void
RequireSame(const ProbeResponse& a, const ProbeResponse& b)
{
    REQUIRE(a.server == b.server);
    REQUIRE(a.nonce == b.nonce);
    REQUIRE(a.hold == b.hold);
    REQUIRE(a.id == b.id);
    REQUIRE(a.report.ram == b.report.ram);
    REQUIRE(a.report.cpu == b.report.cpu);
    REQUIRE(a.report.ramTotal == b.report.ramTotal);
    REQUIRE(a.report.cores == b.report.cores);
    REQUIRE(a.report.cpu10s == b.report.cpu10s);
    REQUIRE(a.report.load1 == b.report.load1);
    REQUIRE(a.report.inFlight == b.report.inFlight);
    REQUIRE(a.report.serviceTime == b.report.serviceTime);
    REQUIRE(a.report.rate == b.report.rate);
    REQUIRE(a.notice == b.notice);
    REQUIRE(a.report.state == b.report.state);
    REQUIRE(a.report.weight == b.report.weight);
}

} // namespace

TEST_CASE("mutated requests are refused, or mean the same when sent on")
{
    SeededStream random(SEED);
    int accepted = 0;
    for (int i = 0; i < CASES / 2; ++i)
    {
        const std::string text = Mutate(FullRequest().dump(), random);
        INFO("seed " << SEED << ", case " << i << ": " << text);
        if (const auto decoded = DecodeRequest(text))
        {
            ++accepted;
            const auto again = DecodeRequest(Encode(*decoded));
            REQUIRE(again);
            RequireSame(*decoded, *again);
        }
    }
    // Most of the mutations hit something that counts, some do not: both paths were walked.
    CHECK(accepted > CASES / 200);
    CHECK(accepted < CASES / 4);
}

TEST_CASE("mutated responses are refused, or mean the same when sent on")
{
    SeededStream random(SEED + 1);
    int accepted = 0;
    std::array<bool, REFUSAL_REASONS> seen{};
    for (int i = 0; i < CASES / 2; ++i)
    {
        const auto whole = i % 4 == 0 ? FullNotice() : FullResponse();
        const std::string text = Mutate(whole.dump(), random);
        INFO("seed " << SEED + 1 << ", case " << i << ": " << text);
        if (const auto decoded = DecodeResponse(text))
        {
            ++accepted;
            const auto again = DecodeResponse(Encode(*decoded));
            REQUIRE(again);
            RequireSame(*decoded, *again);
        }
        else
        {
            seen[static_cast<std::size_t>(decoded.GetError().reason)] = true;
        }
    }
    CHECK(accepted > CASES / 200);
    CHECK(accepted < CASES / 4);
    for (const auto reason : {RefusalReason::NOT_JSON,
                              RefusalReason::WRONG_KIND,
                              RefusalReason::MISSING_KEY,
                              RefusalReason::WRONG_TYPE,
                              RefusalReason::OUT_OF_RANGE})
    {
        CAPTURE(ToString(reason));
        CHECK(seen[static_cast<std::size_t>(reason)]);
    }
}

TEST_CASE("arbitrary bytes of any length do no harm")
{
    SeededStream random(SEED + 2);
    for (int i = 0; i < CASES / 10; ++i)
    {
        std::string text(random.Below(1500), '\0');
        for (auto& byte : text)
        {
            byte = SomeByte(random);
        }
        INFO("seed " << SEED + 2 << ", case " << i);
        REQUIRE_FALSE(DecodeRequest(text));
        REQUIRE_FALSE(DecodeResponse(text));
    }
}
