#include "model/control/stale-retries.h"

#include <algorithm>

namespace sonda
{

bool
StaleRetries::Add(AgentIndex agent, Instant now)
{
    if (m_waiting.size() >= MOST_PER_INTERVAL)
    {
        return false;
    }
    m_waiting.push_back({agent, now});
    return true;
}

std::optional<Instant>
StaleRetries::NextDue() const
{
    if (m_waiting.empty())
    {
        return std::nullopt;
    }
    return std::max(m_waiting.front().since, m_free);
}

std::optional<StaleRetries::Retry>
StaleRetries::Take(Instant now)
{
    const auto due = NextDue();
    if (!due || *due > now)
    {
        return std::nullopt;
    }
    const Retry retry = m_waiting.front();
    m_waiting.pop_front();
    // From the time when it was due: a late timer shall not slow the rest down.
    m_free = *due + m_gap;
    return retry;
}

} // namespace sonda
