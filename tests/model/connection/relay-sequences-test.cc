#include "tests/catch.h"
#include "tests/model/connection/fake-relay.h"

#include <string>
#include <vector>

using namespace sonda;
using namespace sonda::test;

namespace
{

constexpr std::size_t ROOM_STEP = 1000;
constexpr std::size_t ARRIVAL = 1500;
constexpr std::size_t PLENTY = 1U << 30;

const std::vector<std::string> ACTIONS = {"client sends",
                                          "client ends",
                                          "client resets",
                                          "client reads",
                                          "server sends",
                                          "server ends",
                                          "server resets",
                                          "server reads"};

void
Act(FakeRelay& world, std::size_t action)
{
    const Side side = action < 4 ? Side::CLIENT : Side::SERVER;
    switch (action % 4)
    {
    case 0:
        world.Arrive(side, ARRIVAL);
        break;
    case 1:
        world.Fin(side);
        break;
    case 2:
        world.Rst(side);
        break;
    case 3:
        world.GrowRoom(side, ROOM_STEP);
        break;
    }
}

/** What must hold once everybody reads everything. \return what is wrong, or "" */
std::string
Fault(FakeRelay& world)
{
    const RelayState state = world.m_relay.State();
    const bool reset = world.At(Side::CLIENT).rstSent || world.At(Side::SERVER).rstSent;
    const bool both = world.At(Side::CLIENT).finSent && world.At(Side::SERVER).finSent;
    for (const Side from : {Side::CLIENT, Side::SERVER})
    {
        const FakeSocket& source = world.At(from);
        const FakeSocket& sink = world.At(Other(from));
        if (sink.delivered > source.sent)
        {
            return "bytes out of nothing";
        }
        if (!sink.rstSent && sink.delivered != source.sent)
        {
            return "bytes lost";
        }
        if (sink.finDelivered && !source.finSent)
        {
            return "a reset was passed on as an end";
        }
        if (!reset && sink.finDelivered != source.finSent)
        {
            return "an end was not passed on";
        }
    }
    if (!reset && (state == RelayState::FINISHED) != both)
    {
        return "finished without reason, or not finished";
    }
    if (!reset && state == RelayState::ABORTED)
    {
        return "aborted without reason";
    }
    // When both had ended before the reset, there is nobody left to tell.
    if (reset && state != RelayState::ABORTED && state != RelayState::FINISHED)
    {
        return "the reset was not passed on";
    }
    return "";
}

/**
 * Plays a sequence; the relay runs after every action whose bit is set in \p runs.
 * \param late the action comes when the events before it were fetched already
 */
std::string
Play(const std::vector<std::size_t>& sequence, unsigned runs, bool late)
{
    FakeRelay world;
    for (std::size_t i = 0; i < sequence.size(); ++i)
    {
        const bool run = runs >> i & 1;
        if (run && late)
        {
            world.Fetch();
        }
        Act(world, sequence[i]);
        if (run && late)
        {
            world.Serve(2, true);
        }
        else if (run)
        {
            world.Run(2, true);
        }
    }
    world.GrowRoom(Side::CLIENT, PLENTY);
    world.GrowRoom(Side::SERVER, PLENTY);
    world.Run(2, true);
    const std::string fault = Fault(world);
    std::string story;
    for (std::size_t i = 0; !fault.empty() && i < sequence.size(); ++i)
    {
        story += ACTIONS[sequence[i]] + (runs >> i & 1 ? "; " : " + ");
    }
    return fault.empty() ? "" : story + "→ " + fault;
}

} // namespace

TEST_CASE("every sequence of five things that peers can do ends as TCP would", "[relay]")
{
    // Edges are reported after each action, or for several actions at once: both orders matter.
    constexpr std::size_t length = 5;
    std::size_t total = 1;
    for (std::size_t i = 0; i < length; ++i)
    {
        total *= ACTIONS.size();
    }
    std::vector<std::size_t> sequence(length);
    std::size_t played = 0;
    for (std::size_t code = 0; code < total; ++code)
    {
        std::size_t rest = code;
        for (std::size_t& action : sequence)
        {
            action = rest % ACTIONS.size();
            rest /= ACTIONS.size();
        }
        for (unsigned runs = 0; runs < (1U << length); runs += 1)
        {
            for (const bool late : {false, true})
            {
                const std::string fault = Play(sequence, runs, late);
                if (!fault.empty())
                {
                    FAIL((late ? "late: " : "") + fault);
                }
                ++played;
            }
        }
    }
    REQUIRE(played == total << (length + 1));
}

TEST_CASE("a half-closed connection goes on in the other direction", "[relay]")
{
    FakeRelay world;
    world.GrowRoom(Side::CLIENT, PLENTY);
    world.GrowRoom(Side::SERVER, PLENTY);
    world.Arrive(Side::CLIENT, 100);
    world.Fin(Side::CLIENT);
    world.Run(8, true);
    REQUIRE(world.At(Side::SERVER).finDelivered);
    REQUIRE(world.m_relay.State() == RelayState::HALF_CLOSED);
    world.Arrive(Side::SERVER, 5000);
    world.Run(8, true);
    CHECK(world.At(Side::CLIENT).delivered == 5000);
    CHECK_FALSE(world.At(Side::CLIENT).finDelivered);
    world.Fin(Side::SERVER);
    world.Run(8, true);
    CHECK(world.At(Side::CLIENT).finDelivered);
    CHECK(world.m_relay.State() == RelayState::FINISHED);
}

TEST_CASE("a reset waits for what came before it, and is no end", "[relay]")
{
    FakeRelay world;
    world.GrowRoom(Side::CLIENT, 10);
    world.Arrive(Side::SERVER, 1000);
    world.Rst(Side::SERVER);
    world.Run(8, true);
    REQUIRE(world.m_relay.State() == RelayState::HALF_CLOSED);
    REQUIRE(world.At(Side::CLIENT).delivered == 10);
    world.GrowRoom(Side::CLIENT, 990);
    world.Run(8, true);
    CHECK(world.At(Side::CLIENT).delivered == 1000);
    CHECK_FALSE(world.At(Side::CLIENT).finDelivered);
    CHECK(world.m_relay.State() == RelayState::ABORTED);
    CHECK(world.m_relay.Gone() == Side::SERVER);
}
