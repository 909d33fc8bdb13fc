#ifndef SONDA_REALNET_ADMIN_WINDOW_HISTORY_H
#define SONDA_REALNET_ADMIN_WINDOW_HISTORY_H

#include "realnet/admin/snapshot.h"

#include <deque>
#include <unordered_map>

namespace sonda
{

/**
 * Turns the table's running counters into windows, judges each (JudgeWindow()), and keeps the last
 * ones: at most 120, and fewer when there are so many agents that they would fill memory. Belongs
 * to the control thread; the windows that it hands out never change.
 */
class WindowHistory
{
  public:
    static constexpr std::size_t MOST_WINDOWS = 120;
    /** Agents times windows: some 6 MB, all windows of 500 agents. */
    static constexpr std::size_t MOST_CELLS = 60'000;

    /** Closes the window that began where the one before ended (the first at 0). */
    void Close(const std::vector<AgentRow>& agents, double endS);

    /** \return the kept windows, oldest first. */
    std::vector<std::shared_ptr<const Window>> Windows() const;

    /** \return whether the last windows make the herding alarm. */
    bool
    Herding() const
    {
        return m_alarm.IsOn();
    }

  private:
    /** Where an agent's counters stood at the end of the window before. */
    struct Mark
    {
        std::uint64_t picks{0};
        std::uint64_t completions{0};
        std::uint64_t failures{0};
        std::uint64_t window{0}; //!< when it was last seen
    };

    WindowCell MakeCell(const AgentRow& row);
    void Judge(Window& window);
    void Forget();

    std::uint64_t m_next{0};
    double m_startS{0};
    HerdingAlarm m_alarm;
    std::unordered_map<std::string, Mark> m_marks;
    std::deque<std::shared_ptr<const Window>> m_windows;
    std::size_t m_cells{0};
};

} // namespace sonda

#endif
