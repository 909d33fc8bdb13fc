#include "realnet/relay/relay-io.h"
#include "tests/catch.h"
#include "tests/realnet/relay/relay-route.h"

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** Sends and takes at random sides, sizes of streams and of single lines. */
void
Converse(std::vector<std::unique_ptr<Route>>& routes, std::mt19937_64& random, bool urgent)
{
    const std::size_t sizes[] = {1, 300, 5'000, 40'000, 300'000};
    for (int step = 0; step < 600; ++step)
    {
        Route& route = *routes[random() % routes.size()];
        const Side side = random() % 2 ? Side::CLIENT : Side::SERVER;
        // Sizes stay for a while, so that directions begin to stream and end it.
        const std::size_t size = sizes[(step / 40 + random() % 2) % 5] + random() % 100;
        switch (random() % 4)
        {
        case 0:
            route.Send(side, size, urgent && random() % 8 == 0 ? MSG_OOB : 0);
            break;
        case 1:
            route.Take(side, size);
            break;
        default:
            route.Turn();
        }
    }
}

} // namespace

TEST_CASE("what a blocked sink did not take stays apart when a stream becomes small", "[relay-io]")
{
    // The last of the small reads that end the streaming must be the one that blocks: so with every
    // size that they may have.
    for (std::size_t size = 1000; size < RelayDirection::LARGE_BYTES; size += 500)
    {
        CAPTURE(size);
        RelayIo io(4);
        Route slow(io, 0);
        Route other(io, 1);
        while (slow.Spliced() == 0)
        {
            slow.Send(Side::SERVER, 40'000);
            slow.Deliver();
        }
        for (int i = 0; i < RelayDirection::SMALL_READS_TO_STOP; ++i)
        {
            slow.Send(Side::SERVER, size);
            slow.Turn();
        }
        slow.Send(Side::SERVER, 60'000);
        slow.Take(Side::CLIENT, 40'000);
        slow.Turn();
        other.Send(Side::CLIENT, 50'000);
        other.Turn();
        slow.Finish();
        other.Finish();
    }
}

TEST_CASE("connections that share a buffer keep their bytes, in order", "[relay-io]")
{
    const std::size_t pipes = GENERATE(0U, 1U, 8U);
    const bool urgent = GENERATE(false, true);
    std::uint64_t spliced = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
    {
        CAPTURE(pipes, urgent, seed);
        std::mt19937_64 random(seed);
        RelayIo io(pipes);
        std::vector<std::unique_ptr<Route>> routes;
        for (unsigned i = 0; i < 3; ++i)
        {
            routes.push_back(std::make_unique<Route>(io, i));
        }
        Converse(routes, random, urgent);
        for (auto& route : routes)
        {
            spliced += route->Spliced();
            route->Finish();
        }
    }
    CHECK((spliced > 0) == (pipes > 0));
}

TEST_CASE("an urgent byte travels in its place, and what follows it does not wait", "[relay-io]")
{
    RelayIo io(4);
    Route route(io, 0);
    SECTION("of a copied direction")
    {
        route.Turn();
    }
    SECTION("of a direction that streams")
    {
        while (route.Spliced() == 0)
        {
            route.Send(Side::CLIENT, 40'000);
            route.Turn();
            route.Take(Side::SERVER, 40'000);
        }
    }
    route.Send(Side::CLIENT, 10, MSG_OOB);
    route.Send(Side::CLIENT, 1000);
    route.Finish();
}

TEST_CASE("bytes behind an urgent byte arrive when their end comes with them", "[relay-io]")
{
    // splice() returns 0 at the mark once the end has come, although more is there.
    const Side source = GENERATE(Side::CLIENT, Side::SERVER);
    const std::size_t before = GENERATE(0U, 1U, 20'000U);
    const std::size_t tail = GENERATE(0U, 1U, 5'000U, 100'000U);
    const bool isHeard = GENERATE(false, true); // whether the mark is told of before the end
    CAPTURE(source == Side::CLIENT, before, tail, isHeard);
    RelayIo io(4);
    Route route(io, 0);
    while (route.Spliced() == 0)
    {
        route.Send(source, 40'000);
        route.Turn();
        route.Take(Other(source), 40'000);
    }
    route.Deliver();
    route.Send(source, before + 1, MSG_OOB);
    if (isHeard)
    {
        route.Turn();
    }
    route.Send(source, tail);
    route.End(source);
    route.Finish();
    CHECK(route.IsEndSeen(Other(source)));
}

TEST_CASE("a stream's source is acknowledged at once", "[relay-io]")
{
    RelayIo io(4);
    Route route(io, 0);
    const auto isPrompt = [&route]
    {
        int on = -1;
        socklen_t size = sizeof(on);
        REQUIRE(getsockopt(route.Near(Side::SERVER), IPPROTO_TCP, TCP_QUICKACK, &on, &size) == 0);
        return on == 1;
    };
    const int off = 0;
    REQUIRE(setsockopt(route.Near(Side::SERVER), IPPROTO_TCP, TCP_QUICKACK, &off, sizeof(off)) ==
            0);
    route.Send(Side::SERVER, 300);
    route.Deliver();
    CHECK_FALSE(isPrompt());
    CHECK_FALSE(io.TakeStreamed());
    while (route.Spliced() == 0)
    {
        route.Send(Side::SERVER, 40'000);
        route.Deliver();
    }
    CHECK(isPrompt());
    CHECK(io.TakeStreamed());
    CHECK_FALSE(io.TakeStreamed());
    route.Finish();
}
