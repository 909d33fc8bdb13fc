#include "tests/catch.h"
#include "tests/model/connection/fake-relay.h"

#include <random>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** One long conversation with sizes from one byte to several pipes full. */
void
Converse(FakeRelay& world, std::mt19937_64& random, bool allowPipe, bool urgent)
{
    const std::size_t sizes[] = {1, 700, 20'000, 300'000, 3'000'000};
    for (int step = 0; step < 200; ++step)
    {
        const Side side = random() % 2 ? Side::CLIENT : Side::SERVER;
        const std::size_t size = sizes[random() % 5] + random() % 100;
        if (urgent && random() % 16 == 0)
        {
            world.Urge(side);
        }
        else if (random() % 2)
        {
            world.Arrive(side, size);
        }
        else
        {
            world.GrowRoom(side, size);
        }
        if (random() % 3)
        {
            world.Run(1 + static_cast<int>(random() % 8), allowPipe);
        }
    }
    world.GrowRoom(Side::CLIENT, 1U << 30);
    world.GrowRoom(Side::SERVER, 1U << 30);
    world.Run(3, allowPipe);
    // Before the ends: an end is an event more, and would wake a relay that has fallen asleep.
    REQUIRE(world.At(Side::CLIENT).delivered == world.At(Side::SERVER).sent);
    REQUIRE(world.At(Side::SERVER).delivered == world.At(Side::CLIENT).sent);
    for (const Side side : {Side::CLIENT, Side::SERVER})
    {
        if (urgent)
        {
            // All that a stream may end with, at once: before its events are fetched, or behind.
            world.Arrive(side, random() % 3'000'000);
            random() % 2 ? world.Fetch() : world.Run(3, allowPipe);
            world.Urge(side);
            world.Arrive(side, random() % 5000);
        }
        world.Fin(side);
    }
    random() % 2 ? world.Serve(3, allowPipe) : world.Run(3, allowPipe);
    world.Run(3, allowPipe);
}

} // namespace

TEST_CASE("long conversations lose nothing and hold little", "[relay]")
{
    const bool allowPipe = GENERATE(true, false);
    const bool urgent = GENERATE(false, true);
    std::uint64_t fills = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed)
    {
        CAPTURE(seed, allowPipe, urgent);
        std::mt19937_64 random(seed);
        FakeRelay world;
        Converse(world, random, allowPipe, urgent);
        fills += world.m_fills;
        REQUIRE(world.m_relay.State() == RelayState::FINISHED);
        REQUIRE(world.At(Side::CLIENT).delivered == world.At(Side::SERVER).sent);
        REQUIRE(world.At(Side::SERVER).delivered == world.At(Side::CLIENT).sent);
        REQUIRE(world.m_mostHeld <= (allowPipe ? 1U << 20 : RelayDirection::STREAM_COPY_BYTES));
    }
    // Otherwise this test would not have seen the pipe.
    CHECK((fills > (urgent ? 0 : 1000)) == allowPipe);
}

TEST_CASE("conversations with a reset at a random moment end", "[relay]")
{
    for (std::uint64_t seed = 1; seed <= 300; ++seed)
    {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        FakeRelay world;
        const std::size_t room = seed % 2 ? 100'000 : 10'000'000;
        world.GrowRoom(Side::CLIENT, random() % room);
        world.GrowRoom(Side::SERVER, random() % room);
        const Side gone = random() % 2 ? Side::CLIENT : Side::SERVER;
        world.Arrive(gone, random() % 3'000'000 + 1);
        world.Arrive(Other(gone), random() % 2 * 2'000'000);
        // Either an event tells of the reset, or a read or write that was under way anyhow.
        const bool late = random() % 2;
        late ? world.Fetch() : world.Run(4, true);
        world.Rst(gone);
        late ? world.Serve(4, true) : world.Run(4, true);
        world.GrowRoom(Side::CLIENT, 1U << 30);
        world.GrowRoom(Side::SERVER, 1U << 30);
        world.Run(4, true);
        REQUIRE(world.m_relay.State() == RelayState::ABORTED);
        REQUIRE(world.m_relay.Gone() == gone);
        REQUIRE(world.At(Other(gone)).delivered == world.At(gone).sent);
        REQUIRE_FALSE(world.At(Other(gone)).finDelivered);
    }
}
