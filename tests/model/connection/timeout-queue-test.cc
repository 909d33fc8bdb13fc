#include "model/connection/timeout-queue.h"
#include "tests/catch.h"

#include <memory>

using namespace sonda;
using std::chrono::seconds;

namespace
{

Instant
At(int s)
{
    return Instant(seconds(s));
}

} // namespace

TEST_CASE("entries are due in the order in which they were started", "[timeouts]")
{
    TimeoutQueue queue(seconds(10));
    TimeoutEntry a;
    TimeoutEntry b;
    CHECK_FALSE(queue.NextDue());
    queue.Restart(a, At(0));
    queue.Restart(b, At(1));
    CHECK(queue.NextDue() == At(10));
    CHECK(queue.Due(At(9)) == nullptr);
    CHECK(queue.Due(At(10)) == &a);
    queue.Restart(a, At(5));
    CHECK(queue.Due(At(12)) == &b);
    b.Leave();
    CHECK(queue.Due(At(12)) == nullptr);
    CHECK(queue.NextDue() == At(15));
}

TEST_CASE("an entry that comes back takes the place that its deadline has", "[timeouts]")
{
    TimeoutQueue queue(seconds(10));
    TimeoutEntry a;
    TimeoutEntry b;
    TimeoutEntry c;
    queue.Enter(b, At(12));
    CHECK(queue.First() == &b);
    queue.Enter(a, At(11));
    queue.Restart(c, At(5));
    CHECK(queue.First() == &a);
    queue.Enter(a, At(12));
    CHECK(queue.First() == &b);
    b.Leave();
    CHECK(queue.Due(At(12)) == &a);
    queue.Enter(a, At(20));
    CHECK(queue.First() == &c);
}

TEST_CASE("an entry is in one queue at a time and leaves when it is destroyed", "[timeouts]")
{
    TimeoutQueue one(seconds(1));
    TimeoutQueue two(seconds(2));
    auto entry = std::make_unique<TimeoutEntry>();
    one.Restart(*entry, At(0));
    two.Restart(*entry, At(0));
    CHECK(one.First() == nullptr);
    CHECK(two.First() == entry.get());
    entry.reset();
    CHECK(two.First() == nullptr);
}

TEST_CASE("a new timeout keeps the order of the deadlines", "[timeout-queue]")
{
    const auto at = [](int s) { return Instant(std::chrono::seconds(s)); };
    TimeoutQueue queue(std::chrono::seconds(100));
    TimeoutEntry old;
    TimeoutEntry newer;
    TimeoutEntry newest;
    queue.Restart(old, at(0));
    queue.Restart(newer, at(50));
    queue.SetTimeout(std::chrono::seconds(60), at(60));
    queue.Restart(newest, at(60));
    CHECK(queue.NextDue() == at(100)); // not put off
    CHECK(queue.Due(at(100)) == &old);
    old.Leave();
    CHECK(queue.NextDue() == at(120)); // brought forward
    newer.Leave();
    CHECK(queue.NextDue() == at(120));
    queue.SetTimeout(std::chrono::seconds(600), at(61));
    CHECK(queue.NextDue() == at(120));
}
