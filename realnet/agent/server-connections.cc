#include "realnet/agent/server-connections.h"

#include "realnet/agent/listeners.h"
#include "realnet/common/clock.h"

#include <algorithm>
#include <utility>

namespace sonda
{

namespace
{

/** A machine with 10⁵ sockets takes 10 ms for a count: counting gets a fifth of a core at most. */
constexpr int PAUSE_FACTOR = 5;

/** So long a count holds that is right in all likelihood, but not for certain. */
constexpr Duration LIKELY_FOR = std::chrono::seconds(5);
/** With more connections than these a walk is cheaper than to look up each. */
constexpr std::uint64_t FEW = 16;
/** And one that is certain by the kernel's counters, should they ever lie. */
constexpr Duration CERTAIN_FOR = std::chrono::seconds(60);

} // namespace

ServerConnections::ServerConnections(asio::io_context& io,
                                     const SystemFiles& files,
                                     Endpoint server,
                                     Duration period,
                                     OnFall onFall)
    : m_files(files),
      m_server(std::move(server)),
      m_period(period),
      m_onFall(std::move(onFall)),
      m_readable(io),
      m_countTimer(io)
{
}

ServerConnections::~ServerConnections()
{
    Close();
}

void
ServerConnections::SetServer(Endpoint server)
{
    Close(); // whoever wants to watch says so again with the next turn
    m_server = std::move(server);
    m_count.reset();
    m_walk.reset();
    m_nextCount = {};
}

std::optional<std::uint32_t>
ServerConnections::Count(Instant now)
{
    if (now >= m_nextCount)
    {
        CountAnew(now);
    }
    return m_count;
}

void
ServerConnections::CountAnew(Instant now)
{
    const Instant start = Now();
    const auto count = TakeCount(now);
    m_count = count ? std::optional(*count) : std::nullopt;
    m_nextCount = now + std::max(m_period, (Now() - start) * PAUSE_FACTOR);
    TellWhetherKnown(count ? std::nullopt : std::optional(count.GetError()));
}

Expected<std::uint32_t>
ServerConnections::TakeCount(Instant now)
{
    if (const auto why = CheckListener(m_server))
    {
        return *why;
    }
    const auto activity = ParseTcpActivity(m_files.Read("/proc/self/net/snmp").value_or(""));
    if (!m_walk || !StillHolds(*m_walk, activity, now))
    {
        std::vector<SocketName> all;
        const bool isCalm = activity && activity->established <= FEW;
        const auto count = CountConnections(m_server, isCalm ? &all : nullptr);
        if (!count)
        {
            return count.GetError();
        }
        m_walk = Walk{*count, activity, isCalm ? std::optional(std::move(all)) : std::nullopt, now};
        ++m_walks;
    }
    return m_walk->count.open;
}

bool
ServerConnections::StillHolds(const Walk& walk,
                              const std::optional<TcpActivity>& activity,
                              Instant now) const
{
    if (!activity || !walk.before || walk.count.serverEnded > 0)
    {
        return false;
    }
    const Standstill standstill = Compare(*walk.before, *activity);
    if (standstill == Standstill::CERTAIN)
    {
        return now - walk.at < CERTAIN_FOR;
    }
    const bool areThoseKnown =
        walk.all && walk.all->size() == activity->established && AllStand(*walk.all);
    if (standstill == Standstill::LIKELY && areThoseKnown)
    {
        return now - walk.at < CERTAIN_FOR;
    }
    return (standstill == Standstill::LIKELY || areThoseKnown) && now - walk.at < LIKELY_FOR;
}

void
ServerConnections::TellWhetherKnown(const std::optional<Error>& why)
{
    const std::string text = why ? why->message : "";
    if (text == m_whyUnknown)
    {
        return;
    }
    m_whyUnknown = text;
    if (why)
    {
        spdlog::warn("the number of connections is not known and not told: {}", text);
    }
    else
    {
        spdlog::info("the number of connections is known: {} is in sight", ToString(m_server));
    }
}

void
ServerConnections::Watch(bool wanted)
{
    if (wanted && !m_endings)
    {
        Open();
    }
    else if (!wanted && m_endings)
    {
        Close();
    }
}

void
ServerConnections::Open()
{
    auto endings = EndedConnections::Open(m_server);
    if (!endings)
    {
        if (const auto silenced = m_errorLog.Allow(Now()))
        {
            spdlog::error("proxies that ask for notices get none: {}{}",
                          endings.GetError().message,
                          Silenced(*silenced));
        }
        return;
    }
    if (!Count(Now()))
    {
        return; // nothing falls that is not known; the log has told why
    }
    m_endings = std::move(*endings);
    m_readable.assign(m_endings->Handle());
    Wait();
}

void
ServerConnections::Close()
{
    if (m_endings)
    {
        m_countTimer.cancel();
        m_readable.release();
        m_endings.reset();
        m_ended = 0;
    }
}

void
ServerConnections::Wait()
{
    m_readable.async_wait(asio::posix::stream_descriptor::wait_read,
                          [this](const asio::error_code& error)
                          {
                              if (!error && m_endings)
                              {
                                  TakeEnded();
                                  Wait();
                              }
                          });
}

void
ServerConnections::TakeEnded()
{
    const bool isCountDue = m_ended > 0;
    m_ended += m_endings->Take();
    if (m_ended == 0 || isCountDue)
    {
        return;
    }
    m_countTimer.expires_after(m_nextCount - Now()); // at once where that is over
    m_countTimer.async_wait(
        [this](const asio::error_code& error)
        {
            if (!error)
            {
                TellFall();
            }
        });
}

void
ServerConnections::TellFall()
{
    if (!m_endings)
    {
        return;
    }
    // Whoever ends from here on is told of by another count.
    const std::uint32_t ended = std::exchange(m_ended, 0) + m_endings->Take();
    CountAnew(Now());
    if (m_count)
    {
        m_onFall(*m_count + ended, *m_count);
    }
}

} // namespace sonda
