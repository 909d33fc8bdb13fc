#include "model/connection/relay-direction.h"
#include "tests/catch.h"

using namespace sonda;

namespace
{

/** Reads \p bytes and writes them whole. */
void
Move(RelayDirection& direction, std::size_t bytes)
{
    direction.OnReadable();
    const bool splicing = direction.Next() == RelayStep::FILL;
    REQUIRE((splicing || direction.Next() == RelayStep::RECEIVE));
    direction.OnRead(bytes, RelayDirection::COPY_BYTES);
    REQUIRE(direction.Next() == (splicing ? RelayStep::DRAIN : RelayStep::SEND));
    direction.OnWritten(bytes);
}

constexpr std::size_t LARGE = RelayDirection::LARGE_BYTES;

} // namespace

TEST_CASE("a short read that came with the end does not lose the end", "[relay]")
{
    RelayDirection direction;
    direction.OnReadable();
    direction.OnPeerClosed();
    direction.OnRead(10, 100);
    direction.OnWritten(10);
    REQUIRE(direction.Next() == RelayStep::RECEIVE); // no further edge will come
    direction.OnEnd();
    REQUIRE(direction.Next() == RelayStep::END);
    direction.OnEndPassed();
    REQUIRE(direction.Next() == RelayStep::WAIT);
}

TEST_CASE("a short read alone means dry, a full one does not", "[relay]")
{
    RelayDirection direction;
    direction.OnReadable();
    direction.OnRead(10, 100);
    direction.OnWritten(10);
    CHECK(direction.Next() == RelayStep::WAIT);
    direction.OnReadable();
    direction.OnRead(100, 100);
    direction.OnWritten(100);
    CHECK(direction.Next() == RelayStep::RECEIVE);
    direction.OnDry();
    CHECK(direction.Next() == RelayStep::WAIT);
}

TEST_CASE("a blocked sink is tried again in every pass", "[relay]")
{
    RelayDirection direction;
    direction.OnReadable();
    direction.OnRead(10, 100);
    direction.OnBlocked();
    REQUIRE(direction.Next() == RelayStep::WAIT);
    direction.OnPass();
    REQUIRE(direction.Next() == RelayStep::SEND);
}

TEST_CASE("the end waits for the bytes before it", "[relay]")
{
    RelayDirection direction;
    direction.OnReadable();
    direction.OnRead(10, 10);
    direction.OnEnd();
    CHECK(direction.Next() == RelayStep::SEND);
    direction.OnWritten(9);
    CHECK(direction.Next() == RelayStep::SEND);
    direction.OnWritten(1);
    CHECK(direction.Next() == RelayStep::END);
}

TEST_CASE("two large reads in a row start the pipe, eight small ones end it", "[relay]")
{
    RelayDirection direction;
    Move(direction, LARGE);
    Move(direction, LARGE - 1);
    Move(direction, LARGE);
    CHECK_FALSE(direction.Splicing());
    Move(direction, LARGE);
    REQUIRE(direction.Splicing());
    for (int i = 0; i < 7; ++i)
    {
        Move(direction, 1);
    }
    Move(direction, LARGE); // begins the row anew
    for (int i = 0; i < 7; ++i)
    {
        Move(direction, 1);
    }
    REQUIRE(direction.Splicing());
    Move(direction, 1);
    CHECK_FALSE(direction.Splicing());
}

TEST_CASE("without a pipe it copies from then on, in larger pieces", "[relay]")
{
    RelayDirection direction;
    CHECK(direction.ReadSize() == RelayDirection::COPY_BYTES);
    Move(direction, LARGE);
    Move(direction, LARGE);
    direction.OnReadable();
    REQUIRE(direction.Next() == RelayStep::FILL);
    direction.OnNoPipe();
    REQUIRE(direction.Next() == RelayStep::RECEIVE);
    CHECK(direction.ReadSize() == RelayDirection::STREAM_COPY_BYTES);
    for (int i = 0; i < 5; ++i)
    {
        Move(direction, LARGE);
        CHECK_FALSE(direction.Splicing());
    }
    Move(direction, 1);
    CHECK(direction.ReadSize() == RelayDirection::COPY_BYTES);
}

TEST_CASE("what is held is dropped with the sink", "[relay]")
{
    RelayDirection direction;
    direction.OnReadable();
    direction.OnRead(10, 100);
    direction.OnSinkLost();
    CHECK(direction.Held() == 0);
    CHECK(direction.Exhausted());
    direction.OnReadable();
    CHECK(direction.Next() == RelayStep::WAIT);
}

TEST_CASE("a pipe that gets nothing more is no end: a read tells", "[relay]")
{
    RelayDirection direction;
    Move(direction, LARGE);
    Move(direction, LARGE);
    direction.OnReadable();
    direction.OnPeerClosed();
    REQUIRE(direction.Next() == RelayStep::FILL);
    direction.OnNoPipe();
    REQUIRE(direction.Next() == RelayStep::RECEIVE);
    direction.OnRead(51, RelayDirection::COPY_BYTES);
    direction.OnWritten(51);
    REQUIRE(direction.Next() == RelayStep::RECEIVE);
    direction.OnEnd();
    REQUIRE(direction.Next() == RelayStep::END);
}
