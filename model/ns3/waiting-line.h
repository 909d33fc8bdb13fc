#ifndef SONDA_MODEL_NS3_WAITING_LINE_H
#define SONDA_MODEL_NS3_WAITING_LINE_H

#include <cstddef>
#include <vector>

namespace sonda::sim
{

/**
 * A line that is joined at its end and left at either end, in constant time on average. Once it has
 * been at its longest it allocates nothing, which a std::deque does all the time.
 */
template <typename T>
class WaitingLine
{
  public:
    bool
    Empty() const
    {
        return m_first == m_items.size();
    }

    std::size_t
    Size() const
    {
        return m_items.size() - m_first;
    }

    void
    Join(const T& item)
    {
        m_items.push_back(item);
    }

    /** The line must not be empty. */
    T
    TakeFirst()
    {
        const T item = m_items[m_first++];
        // Moving the rest down once half of the room is idle costs one move an item.
        if (2 * m_first >= m_items.size())
        {
            m_items.erase(m_items.begin(), m_items.begin() + static_cast<std::ptrdiff_t>(m_first));
            m_first = 0;
        }
        return item;
    }

    /** The line must not be empty. */
    T
    TakeLast()
    {
        const T item = m_items.back();
        m_items.pop_back();
        return item;
    }

    void
    Clear()
    {
        m_items.clear();
        m_first = 0;
    }

    auto
    begin() const
    {
        return m_items.begin() + static_cast<std::ptrdiff_t>(m_first);
    }

    auto
    end() const
    {
        return m_items.end();
    }

  private:
    std::vector<T> m_items;
    std::size_t m_first{0};
};

} // namespace sonda::sim

#endif
