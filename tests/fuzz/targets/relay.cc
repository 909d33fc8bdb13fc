/** The relay's decisions, driven by bytes against sockets as the kernel has them (fake-relay.h): no
 * byte is lost. */
#include "tests/fuzz/targets/check.h"
#include "tests/model/connection/fake-relay.h"

#include <fuzzer/FuzzedDataProvider.h>

using namespace sonda;

namespace
{

/** What a clean end promises: everything that was sent before it has arrived. */
void
CheckEnds(test::FakeRelay& world)
{
    for (const Side side : {Side::CLIENT, Side::SERVER})
    {
        const test::FakeSocket& sink = world.At(side);
        const test::FakeSocket& source = world.At(Other(side));
        FUZZ_CHECK(sink.delivered <= source.sent);
        FUZZ_CHECK(!sink.finDelivered || (source.finSent && sink.delivered == source.sent));
    }
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    FuzzedDataProvider bytes(data, size);
    test::FakeRelay world;
    const bool allowPipe = bytes.ConsumeBool();
    const int reads = bytes.ConsumeIntegralInRange(1, 8);
    for (int step = 0; step < 200 && bytes.remaining_bytes() > 0; ++step)
    {
        const auto what = bytes.ConsumeIntegral<std::uint8_t>();
        const Side side = what & 1 ? Side::CLIENT : Side::SERVER;
        switch (what / 2 % 10)
        {
        case 0:
        case 1:
            world.Arrive(side, bytes.ConsumeIntegral<std::uint16_t>());
            break;
        case 2:
            world.Arrive(side, bytes.ConsumeIntegralInRange<std::size_t>(1, 3'000'000));
            break;
        case 3:
            world.GrowRoom(side, bytes.ConsumeIntegralInRange<std::size_t>(1, 1'000'000));
            break;
        case 4:
            world.Fin(side);
            break;
        case 5:
            world.Rst(side);
            break;
        case 6:
            world.Urge(side);
            break;
        case 7:
            world.Fetch();
            break;
        case 8:
            // What has happened since the last Fetch() is found out by reads and writes.
            world.Serve(reads, allowPipe);
            break;
        default:
            world.Run(reads, allowPipe);
        }
        CheckEnds(world);
    }
    for (const Side side : {Side::CLIENT, Side::SERVER})
    {
        world.Fin(side);
        world.GrowRoom(side, std::size_t{1} << 40);
    }
    // An event may be told before all of what belongs to it has happened: the next one tells the
    // rest.
    world.Run(reads, allowPipe);
    world.Run(reads, allowPipe);
    CheckEnds(world);
    const RelayState state = world.m_relay.State();
    FUZZ_CHECK(state == RelayState::FINISHED || state == RelayState::ABORTED);
    const bool wasReset = world.At(Side::CLIENT).rstSent || world.At(Side::SERVER).rstSent;
    if (!wasReset)
    {
        FUZZ_CHECK(state == RelayState::FINISHED);
        FUZZ_CHECK(world.At(Side::CLIENT).delivered == world.At(Side::SERVER).sent);
        FUZZ_CHECK(world.At(Side::SERVER).delivered == world.At(Side::CLIENT).sent);
    }
    return 0;
}
