#include "realnet/admin/window-history.h"

namespace sonda
{

namespace
{

/** Counters of an agent that was removed and came back within a window start again from zero. */
std::uint64_t
Since(std::uint64_t now, std::uint64_t before)
{
    return now >= before ? now - before : now;
}

} // namespace

void
WindowHistory::Close(const std::vector<AgentRow>& agents, double endS)
{
    auto window = std::make_shared<Window>();
    window->number = m_next;
    window->startS = m_startS;
    window->endS = endS;
    for (const AgentRow& row : agents)
    {
        window->cells.push_back(MakeCell(row));
    }
    std::erase_if(m_marks, [this](const auto& entry) { return entry.second.window != m_next; });
    Judge(*window);
    m_startS = endS;
    ++m_next;
    m_cells += window->cells.size();
    m_windows.push_back(std::move(window));
    Forget();
}

WindowCell
WindowHistory::MakeCell(const AgentRow& row)
{
    Mark& mark = m_marks[row.id];
    WindowCell cell;
    cell.id = row.id;
    cell.capacity = row.capacity;
    cell.picks = Since(row.picks, mark.picks);
    cell.completions = Since(row.completions, mark.completions);
    cell.failures = Since(row.failures, mark.failures);
    cell.inFlight = row.inFlight;
    cell.score = row.score;
    cell.rttS = row.rttS;
    cell.ageS = row.ageS;
    cell.candidate = row.candidate;
    mark = {row.picks, row.completions, row.failures, m_next};
    return cell;
}

/** An agent that could not be picked, and was not, says nothing about how picks are spread. */
void
WindowHistory::Judge(Window& window)
{
    std::vector<std::uint64_t> picks;
    std::vector<double> capacities;
    for (const WindowCell& cell : window.cells)
    {
        if (cell.candidate || cell.picks > 0)
        {
            picks.push_back(cell.picks);
            capacities.push_back(cell.capacity);
        }
    }
    window.fairness = JudgeWindow(picks, capacities);
    m_alarm.Add(window.fairness);
    window.herdingRow = m_alarm.Row();
}

void
WindowHistory::Forget()
{
    while (m_windows.size() > MOST_WINDOWS || (m_cells > MOST_CELLS && m_windows.size() > 1))
    {
        m_cells -= m_windows.front()->cells.size();
        m_windows.pop_front();
    }
}

std::vector<std::shared_ptr<const Window>>
WindowHistory::Windows() const
{
    return {m_windows.begin(), m_windows.end()};
}

} // namespace sonda
