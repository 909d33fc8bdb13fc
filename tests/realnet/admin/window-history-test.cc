#include "realnet/admin/window-history.h"
#include "tests/catch.h"

using namespace sonda;

namespace
{

AgentRow
Row(const std::string& id, std::uint64_t picks, bool candidate = true)
{
    AgentRow row;
    row.id = id;
    row.picks = picks;
    row.completions = picks / 2;
    row.candidate = candidate;
    return row;
}

} // namespace

TEST_CASE("a window holds what the counters grew by", "[history]")
{
    WindowHistory history;
    history.Close({Row("a", 10), Row("b", 4)}, 5);
    history.Close({Row("a", 12), Row("b", 4), Row("c", 7)}, 10);
    const auto windows = history.Windows();
    REQUIRE(windows.size() == 2);
    CHECK(windows[0]->startS == 0);
    CHECK(windows[0]->cells[0].picks == 10);
    CHECK(windows[1]->number == 1);
    CHECK(windows[1]->startS == 5);
    CHECK(windows[1]->endS == 10);
    CHECK(windows[1]->cells[0].picks == 2);
    CHECK(windows[1]->cells[0].completions == 1);
    CHECK(windows[1]->cells[1].picks == 0);
    CHECK(windows[1]->cells[2].picks == 7);
    CHECK(windows[1]->fairness.picks == 9);
}

TEST_CASE("an agent that was removed and is back counts from zero", "[history]")
{
    WindowHistory history;
    history.Close({Row("a", 10)}, 5);
    history.Close({}, 10);
    history.Close({Row("a", 12)}, 15);
    CHECK(history.Windows()[2]->cells[0].picks == 12);
    history.Close({Row("a", 3)}, 20); // removed and back within one window
    CHECK(history.Windows()[3]->cells[0].picks == 3);
}

TEST_CASE("agents that could not be picked do not count against fairness", "[history]")
{
    WindowHistory history;
    history.Close({Row("a", 20), Row("b", 20), Row("dead", 0, false), Row("gone", 20, false)}, 5);
    CHECK(history.Windows()[0]->fairness.jain == Approx(1)); // of a, b and gone
    CHECK(history.Windows()[0]->fairness.floor == Approx(1.0 / 3));
}

TEST_CASE("the alarm comes with the third herding window", "[history]")
{
    WindowHistory history;
    for (unsigned window = 1; window <= 4; ++window)
    {
        history.Close({Row("a", 100 * window), Row("b", 0), Row("c", 0)}, 5 * window);
        CHECK(history.Herding() == (window >= 3));
        CHECK(history.Windows().back()->herdingRow == window);
    }
}

TEST_CASE("memory is bounded, in windows and in cells", "[history]")
{
    WindowHistory few;
    for (int window = 0; window < 300; ++window)
    {
        few.Close({Row("a", 1)}, window + 1);
    }
    REQUIRE(few.Windows().size() == WindowHistory::MOST_WINDOWS);
    CHECK(few.Windows().back()->number == 299);
    CHECK(few.Windows().front()->number == 180);

    WindowHistory many;
    std::vector<AgentRow> rows;
    for (int i = 0; i < 25'000; ++i)
    {
        rows.push_back(Row("agent-" + std::to_string(i), 1));
    }
    for (int window = 0; window < 5; ++window)
    {
        many.Close(rows, window + 1);
    }
    CHECK(many.Windows().size() == 2);
    rows.resize(1);
    many.Close(rows, 6);
    CHECK(many.Windows().size() == 3);
}
