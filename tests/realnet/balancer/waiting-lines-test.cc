#include "realnet/balancer/waiting-lines.h"
#include "tests/catch.h"

using namespace sonda;

namespace
{

Instant
At(int seconds)
{
    return Instant(std::chrono::seconds(seconds));
}

/** Three lines that write down when they are woken. */
struct Lines
{
    Lines()
    {
        for (int line = 0; line < 3; ++line)
        {
            lines.Add([this, line] { woken.push_back(line); });
        }
    }

    void
    Set(std::size_t line, std::optional<Instant> waitBy)
    {
        if (const auto wake = lines.Set(line, waitBy))
        {
            wake();
        }
    }

    void
    Free(std::size_t but)
    {
        if (const auto wake = lines.FirstBut(but))
        {
            wake();
        }
    }

    WaitingLines lines;
    std::vector<int> woken;
};

} // namespace

TEST_CASE("while nobody waits everybody may ask, and nobody is woken", "[lines]")
{
    Lines bench;
    for (const Turn turn : {Turn::HAS_COME, Turn::IN_LINE, Turn::AT_THE_END})
    {
        CHECK(bench.lines.MayAsk(turn, 0));
        CHECK(bench.lines.MayAsk(turn, WaitingLines::NO_LINE));
    }
    bench.Free(WaitingLines::NO_LINE);
    CHECK(bench.woken.empty());
}

TEST_CASE("who comes while others wait goes behind them, whichever worker has them", "[lines]")
{
    Lines bench;
    bench.Set(1, At(10));
    CHECK_FALSE(bench.lines.MayAsk(Turn::AT_THE_END, 0));
    CHECK_FALSE(bench.lines.MayAsk(Turn::AT_THE_END, 1));
    CHECK(bench.lines.MayAsk(Turn::IN_LINE, 1));
    CHECK(bench.lines.MayAsk(Turn::HAS_COME, 0));
    bench.Set(0, At(8));
    CHECK_FALSE(bench.lines.MayAsk(Turn::IN_LINE, 1));
    CHECK(bench.lines.MayAsk(Turn::IN_LINE, 0));
    CHECK(bench.woken.empty()); // line 0 knows that it is the first
}

TEST_CASE("a place that becomes free wakes the first, unless it is his own worker's", "[lines]")
{
    Lines bench;
    bench.Set(1, At(10));
    bench.Set(2, At(9));
    bench.Free(2);
    CHECK(bench.woken.empty());
    bench.Free(1);
    bench.Free(WaitingLines::NO_LINE);
    CHECK(bench.woken == std::vector<int>{2, 2});
}

TEST_CASE("when the first is served the next one is woken", "[lines]")
{
    Lines bench;
    bench.Set(0, At(8));
    bench.Set(1, At(10));
    bench.Set(2, At(9));
    bench.Set(0, At(20)); // the next one of line 0
    CHECK(bench.woken == std::vector<int>{2});
    bench.Set(2, std::nullopt);
    CHECK(bench.woken == std::vector<int>{2, 1});
    bench.Set(1, std::nullopt);
    bench.Set(0, std::nullopt);
    CHECK(bench.woken == std::vector<int>{2, 1, 0});
    CHECK(bench.lines.MayAsk(Turn::AT_THE_END, 1));
}
