#include "realnet/balancer/agent-log.h"

#include "realnet/common/counters-json.h"
#include "realnet/common/log.h"

#include <algorithm>
#include <utility>

namespace sonda
{

namespace
{

/** \return what events are counted under, without what differs from agent to agent. */
std::string
WordOf(const AgentEvent& event)
{
    if (event.notice)
    {
        switch (event.notice->kind)
        {
        case TableNotice::Kind::RESTS:
            return "rests";
        case TableNotice::Kind::RESTED:
            return "takes part again";
        case TableNotice::Kind::REPLACED:
            return "takes a place";
        case TableNotice::Kind::PANIC:
            return "panic";
        case TableNotice::Kind::CALM:
            return "panic over";
        }
    }
    return Describe(event);
}

} // namespace

bool
AgentLog::Bucket::Take(Instant now)
{
    m_lines = std::min(BURST, m_lines + ToSeconds(now - m_at) / ToSeconds(REFILL));
    m_at = now;
    if (m_lines < 1)
    {
        return false;
    }
    m_lines -= 1;
    return true;
}

void
AgentLog::Take(const AgentEvent& event, Instant now)
{
    const bool isBad = IsBad(event);
    const bool isOfTable = IsOfTable(event);
    Bucket& bucket = isOfTable ? m_table : isBad ? m_bad : m_good;
    if (!bucket.Take(now))
    {
        ++m_unwritten[WordOf(event)];
        return;
    }
    const auto level = isBad ? spdlog::level::warn : spdlog::level::info;
    if (isOfTable)
    {
        spdlog::log(level, "{}", Describe(event));
        return;
    }
    spdlog::log(level,
                "agent {} at {}: {}",
                Printable(event.id),
                ToString(event.server),
                Describe(event));
}

void
AgentLog::TakeFull(std::uint64_t timesFull, bool isFull, Instant now)
{
    const std::uint64_t times = timesFull - m_timesFull;
    if ((times > 0 || isFull != m_isFull) && m_table.Take(now))
    {
        if (times > 0)
        {
            spdlog::warn(
                "all agents are full (--per-agent-max), {} times since this was last said; "
                "{}",
                times,
                isFull ? "clients wait" : "now there is a place again");
        }
        else if (!isFull)
        {
            spdlog::info("not all agents are full any more");
        }
        m_timesFull = timesFull;
        m_isFull = isFull;
    }
}

void
AgentLog::Tick(Instant now)
{
    if (m_unwritten.empty() || !m_good.Take(now))
    {
        return;
    }
    std::string text;
    std::uint64_t others = 0;
    std::size_t words = 0;
    for (const auto& [word, count] : m_unwritten)
    {
        if (++words > 8)
        {
            others += count;
            continue;
        }
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + word;
    }
    text += others > 0 ? ", " + std::to_string(others) + " others" : "";
    spdlog::info("agents, without a line for each: {}", text);
    m_unwritten.clear();
}

} // namespace sonda
