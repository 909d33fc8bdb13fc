#include "realnet/common/log.h"

#include "model/base/shown.h"
#include "realnet/common/log-sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <iostream>

namespace sonda
{

namespace
{

/** The sink in use, for counting and for the end; spdlog's registry keeps it alive. */
std::weak_ptr<LogSink> g_sink;

void
FlushLog()
{
    if (const auto sink = g_sink.lock())
    {
        sink->Flush();
    }
}

/** At the end of the program, before spdlog's registry goes. */
struct FlushAtEnd
{
    ~FlushAtEnd()
    {
        FlushLog();
    }
};

} // namespace

void
SetUpLog(bool verbose)
{
    auto sink = std::make_shared<LogSink>(Descriptor(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)));
    g_sink = sink;
    auto logger = std::make_shared<spdlog::logger>("sonda", std::move(sink));
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    spdlog::set_default_logger(std::move(logger));
    SetVerbose(verbose);
    static const FlushAtEnd flushAtEnd;
}

std::uint64_t
LogLinesLost()
{
    const auto sink = g_sink.lock();
    return sink ? sink->Lost() : 0;
}

void
SetVerbose(bool verbose)
{
    spdlog::set_level(verbose ? spdlog::level::debug : spdlog::level::info);
}

void
LogRefusedReload(const Problems& problems)
{
    for (const Problem& problem : problems)
    {
        spdlog::error("reload: {}", ToString(problem));
    }
    spdlog::error("reload refused: the configuration in force stays");
}

void
LogNeedRestart(const OptionTable& atStart, const OptionTable& now)
{
    for (const std::string& where : NeedRestart(atStart, now))
    {
        spdlog::warn("reload: {} changes only with a restart", where);
    }
}

int
FailStart(const std::string& program, const std::string& text)
{
    FlushLog(); // what was logged before comes first
    std::cerr << program << ": " << ShownMessage(text) << '\n';
    return 1;
}

int
FailStart(const std::string& program, const Problems& problems)
{
    for (const Problem& problem : problems)
    {
        FailStart(program, ToString(problem));
    }
    return 1;
}

void
WarnAtCheck(const std::string& program, const Problems& problems)
{
    for (const Problem& problem : problems)
    {
        std::cerr << program << ": warning: " << ToString(problem) << '\n';
    }
}

std::optional<std::uint64_t>
LogLimiter::Allow(Instant now)
{
    const std::lock_guard lock(m_mutex);
    constexpr unsigned quick = 5;
    constexpr Duration pause = std::chrono::seconds(10);
    const Duration gap = m_row < quick ? std::chrono::seconds(1) : pause;
    if (m_last && now - *m_last < gap)
    {
        ++m_silenced;
        return std::nullopt;
    }
    const bool isInARow = m_last && now - *m_last < 2 * pause;
    m_row = isInARow ? m_row + 1 : 1;
    m_last = now;
    return std::exchange(m_silenced, 0);
}

std::string
Silenced(std::uint64_t events)
{
    return events == 0 ? "" : fmt::format(" (and {} more unlogged)", events);
}

} // namespace sonda
