#ifndef SONDA_MODEL_CONNECTION_TIMEOUT_QUEUE_H
#define SONDA_MODEL_CONNECTION_TIMEOUT_QUEUE_H

#include "model/base/time.h"

#include <algorithm>
#include <optional>

namespace sonda
{

/** A time that is never over. */
constexpr Duration NO_TIMEOUT = Duration::max();

/** \return \p timeout later; Instant::max() where it is never over. */
constexpr Instant
After(Instant now, Duration timeout)
{
    return timeout < Instant::max() - now ? now + timeout : Instant::max();
}

/** What can wait in a TimeoutQueue, by inheritance; in at most one at a time. It leaves when
 * destroyed. */
class TimeoutEntry
{
  public:
    TimeoutEntry() = default;
    TimeoutEntry(const TimeoutEntry&) = delete;
    TimeoutEntry& operator=(const TimeoutEntry&) = delete;

    ~TimeoutEntry()
    {
        Leave();
    }

    void
    Leave()
    {
        m_before->m_after = m_after;
        m_after->m_before = m_before;
        m_before = m_after = this;
    }

    /** \return whether it is in a queue. */
    bool
    IsWaiting() const
    {
        return m_before != this;
    }

  private:
    friend class TimeoutQueue;

    TimeoutEntry* m_before{this};
    TimeoutEntry* m_after{this};
    Instant m_due{};
};

/**
 * Entries that all have the same timeout, so that the one started last is due last: a ring in the
 * order of their deadlines. Every operation costs a few writes, none allocates.
 *
 * Does not own its entries; must outlive them or be left by them. Not thread-safe.
 */
class TimeoutQueue
{
  public:
    explicit TimeoutQueue(Duration timeout)
        : m_timeout(timeout)
    {
    }

    /** Starts the entry's timeout anew, whatever queue it was in. */
    void
    Restart(TimeoutEntry& entry, Instant now)
    {
        Enter(entry, After(now, m_timeout));
    }

    /** Puts the entry where it is due at \p due, behind its equals. Costs a walk over those that
     * are due later. */
    void
    Enter(TimeoutEntry& entry, Instant due)
    {
        entry.Leave();
        TimeoutEntry* after = &m_ring;
        while (after->m_before != &m_ring && after->m_before->m_due > due)
        {
            after = after->m_before;
        }
        entry.m_due = due;
        entry.m_before = after->m_before;
        entry.m_after = after;
        after->m_before->m_after = &entry;
        after->m_before = &entry;
    }

    /**
     * Another timeout for entries that start from now on. Those that wait are due no later than if
     * they started now, which keeps the ring in order. Costs a walk over the entries.
     */
    void
    SetTimeout(Duration timeout, Instant now)
    {
        m_timeout = timeout;
        for (TimeoutEntry* entry = m_ring.m_after; entry != &m_ring; entry = entry->m_after)
        {
            entry->m_due = std::min(entry->m_due, After(now, timeout));
        }
    }

    /** \return the entry that is due first, if it is due at \p now. It stays in the queue. */
    TimeoutEntry*
    Due(Instant now)
    {
        TimeoutEntry* first = First();
        return first && first->m_due <= now ? first : nullptr;
    }

    /** \return the entry that is due first. */
    TimeoutEntry*
    First()
    {
        return m_ring.m_after == &m_ring ? nullptr : m_ring.m_after;
    }

    /** \return when the first entry is due; nothing: never, or there is none. */
    std::optional<Instant>
    NextDue()
    {
        const TimeoutEntry* first = First();
        return first && first->m_due < Instant::max() ? std::optional(first->m_due) : std::nullopt;
    }

  private:
    Duration m_timeout;
    TimeoutEntry m_ring; //!< the place between last and first
};

} // namespace sonda

#endif
