#ifndef SONDA_REALNET_ADMIN_HERDING_H
#define SONDA_REALNET_ADMIN_HERDING_H

#include <cstdint>
#include <vector>

namespace sonda
{

/** How evenly the picks of one window fell, and what that is to be compared with. */
struct WindowFairness
{
    std::uint64_t picks{0};
    double jain{0};      //!< Jain's index of picks per capacity; NaN: no picks
    double chance{0};    //!< what random picks with the ideal shares would give; NaN: no picks
    double floor{0};     //!< what all picks on one agent would give: 1 / agents; NaN: no agents
    double limit{0};     //!< half-way between floor and chance; a window below it is herding
    bool telling{false}; //!< enough picks to tell herding from chance
    bool herding{false}; //!< telling, and jain is below the limit
};

/**
 * \param picks by agent that was a candidate or was picked
 * \param capacities by the same agents, positive
 *
 * A window is telling from 20 picks and 2 picks per agent on. That makes a false one rare: with two
 * equal agents and 20 picks, 17 or more must fall on one of them (probability 0.0026); with ten,
 * the sum of squared counts must be five standard deviations above its mean; and more agents or
 * picks make it rarer still. Half of the chance value alone would not do as a limit: with two
 * agents even picks that all fall on one reach it.
 */
WindowFairness JudgeWindow(const std::vector<std::uint64_t>& picks,
                           const std::vector<double>& capacities);

/**
 * The herding alarm: on after 3 telling windows in a row that are herding, off with the next one
 * that is not. A window that tells nothing ends the row: without traffic there is no alarm.
 */
class HerdingAlarm
{
  public:
    static constexpr unsigned ROW = 3;

    void
    Add(const WindowFairness& window)
    {
        m_row = window.herding ? m_row + 1 : 0;
    }

    /** \return herding windows in a row, up to the last one. */
    unsigned
    Row() const
    {
        return m_row;
    }

    bool
    IsOn() const
    {
        return m_row >= ROW;
    }

  private:
    unsigned m_row{0};
};

} // namespace sonda

#endif
