#include "model/table/waiting-time.h"

#include <algorithm>

namespace sonda
{

double
WaitingTime::SumAt(Instant now) const
{
    return m_sum + m_count * ToSeconds(now - m_at);
}

void
WaitingTime::Begin(Instant now)
{
    m_sum = m_count == 0 ? 0 : SumAt(now);
    m_at = now;
    ++m_count;
}

void
WaitingTime::End(Duration since, Instant now)
{
    Remove(ToSeconds(since), now);
}

void
WaitingTime::EndOne(Instant now)
{
    Remove(Get(now), now);
}

void
WaitingTime::Remove(double age, Instant now)
{
    if (m_count == 0)
    {
        return;
    }
    // Rounding, or a caller's latency that began before the dispatch, must not make it negative.
    m_sum = std::max(0.0, SumAt(now) - age);
    m_at = now;
    --m_count;
}

double
WaitingTime::Get(Instant now) const
{
    return m_count == 0 ? 0 : SumAt(now) / m_count;
}

} // namespace sonda
