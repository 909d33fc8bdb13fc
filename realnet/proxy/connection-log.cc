#include "realnet/proxy/connection-log.h"

#include <chrono>
#include <cmath>
#include <fmt/chrono.h>
#include <nlohmann/json.hpp>
#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace sonda
{

namespace
{

/** About 3 MB; a third of a second at 25,000 connections per second. */
constexpr std::size_t QUEUE_LINES = 8192;

double
Milliseconds(Duration duration)
{
    return std::round(ToSeconds(duration) * 1e6) / 1e3;
}

std::string
WallTime()
{
    using namespace std::chrono;
    const auto now = floor<milliseconds>(system_clock::now());
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(system_clock::to_time_t(now)),
                       now.time_since_epoch().count() % 1000);
}

nlohmann::ordered_json
ToJson(const ConnectionRecord& record)
{
    nlohmann::ordered_json line;
    line["client"] = ToString(record.client.ToEndpoint());
    line["agent"] = record.agent.empty() ? "-" : record.agent;
    line["server"] = record.server ? ToString(record.server->ToEndpoint()) : "-";
    line["up"] = record.up;
    line["down"] = record.down;
    if (record.connect)
    {
        line["connect_ms"] = Milliseconds(*record.connect);
    }
    line["total_ms"] = Milliseconds(record.total);
    line["retries"] = record.retries;
    line["end"] = record.end.how;
    line["by"] = record.end.by;
    return line;
}

std::shared_ptr<spdlog::sinks::sink>
OpenSink(const std::string& file)
{
    if (file == "-")
    {
        return std::make_shared<spdlog::sinks::stdout_sink_mt>();
    }
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
}

} // namespace

Expected<LogFormat>
ParseLogFormat(const std::string& text)
{
    if (text == "json")
    {
        return LogFormat::JSON;
    }
    if (text == "key-value")
    {
        return LogFormat::KEY_VALUE;
    }
    return Error{"\"" + text + "\" is no format of the log; there are: key-value, json"};
}

std::string
FormatRecord(const ConnectionRecord& record, LogFormat format)
{
    const nlohmann::ordered_json line = ToJson(record);
    if (format == LogFormat::JSON)
    {
        return line.dump();
    }
    std::string text;
    for (const auto& [key, value] : line.items())
    {
        // No value has a space: identities have none, addresses and words neither.
        text += (text.empty() ? "" : " ") + key + "=" +
                (value.is_string() ? value.get<std::string>() : value.dump());
    }
    return text;
}

Expected<std::shared_ptr<ConnectionLog>>
ConnectionLog::Open(const std::string& file, LogFormat format)
{
    try
    {
        std::shared_ptr<ConnectionLog> log(new ConnectionLog);
        log->m_format = format;
        log->m_pool = std::make_shared<spdlog::details::thread_pool>(QUEUE_LINES, 1);
        log->m_logger =
            std::make_shared<spdlog::async_logger>("connections",
                                                   OpenSink(file),
                                                   log->m_pool,
                                                   spdlog::async_overflow_policy::overrun_oldest);
        log->m_logger->set_pattern("%v");
        log->m_logger->flush_on(spdlog::level::info); // by its own thread
        return log;
    }
    catch (const spdlog::spdlog_ex& error)
    {
        return Error{error.what()};
    }
}

void
ConnectionLog::Write(const ConnectionRecord& record)
{
    const std::string line = FormatRecord(record, m_format);
    if (m_format == LogFormat::JSON)
    {
        m_logger->info("{{\"time\":\"{}\",{}", WallTime(), line.substr(1));
        return;
    }
    m_logger->info("time={} {}", WallTime(), line);
}

std::uint64_t
ConnectionLog::Dropped() const
{
    return m_pool->overrun_counter();
}

} // namespace sonda
