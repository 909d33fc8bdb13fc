#include "realnet/common/log.h"

#include <fmt/format.h>
#include <iostream>
#include <spdlog/sinks/stdout_sinks.h>

namespace sonda
{

void
SetUpLog(bool verbose)
{
    auto logger =
        std::make_shared<spdlog::logger>("sonda",
                                         std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    logger->flush_on(spdlog::level::debug);
    spdlog::set_default_logger(std::move(logger));
    SetVerbose(verbose);
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
    std::cerr << program << ": " << text << '\n';
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

std::optional<std::uint64_t>
LogLimiter::Allow(Instant now)
{
    const std::lock_guard lock(m_mutex);
    if (m_last && now - *m_last < std::chrono::seconds(1))
    {
        ++m_silenced;
        return std::nullopt;
    }
    m_last = now;
    return std::exchange(m_silenced, 0);
}

std::string
Silenced(std::uint64_t events)
{
    return events == 0 ? "" : fmt::format(" (and {} more unlogged)", events);
}

} // namespace sonda
