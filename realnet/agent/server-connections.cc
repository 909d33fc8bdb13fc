#include "realnet/agent/server-connections.h"

#include "realnet/agent/connection-counter.h"
#include "realnet/common/clock.h"

#include <algorithm>
#include <utility>

namespace sonda
{

namespace
{

/** A machine with 10⁵ sockets takes 10 ms for a count: counting gets a fifth of a core at most. */
constexpr int PAUSE_FACTOR = 5;

} // namespace

ServerConnections::ServerConnections(asio::io_context& io,
                                     Endpoint server,
                                     Duration period,
                                     OnFall onFall)
    : m_server(std::move(server)),
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
    m_count = CountConnections(m_server);
    m_nextCount = now + std::max(m_period, (Now() - start) * PAUSE_FACTOR);
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
    if (!endings || !Count(Now()))
    {
        if (const auto silenced = m_errorLog.Allow(Now()))
        {
            spdlog::error("proxies that ask for notices get none: {}{}",
                          endings ? "the kernel does not count connections (sock_diag)"
                                  : endings.GetError().message,
                          Silenced(*silenced));
        }
        return;
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
