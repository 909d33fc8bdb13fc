#include "realnet/proxy/connection-log.h"

#include "realnet/common/option-values.h"

#include <cmath>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/compile.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace sonda
{

namespace
{

double
Milliseconds(Duration duration)
{
    return std::round(ToSeconds(duration) * 1e6) / 1e3;
}

/** Tells \p field of each figure of a record, with its name. */
template <typename Field>
void
Describe(const ConnectionRecord& record, Field field)
{
    field("client", ToString(record.client.ToEndpoint()));
    field("agent", record.agent.empty() ? "-" : record.agent);
    field("server", record.server ? ToString(record.server->ToEndpoint()) : "-");
    field("up", record.up);
    field("down", record.down);
    if (record.connect)
    {
        field("connect_ms", Milliseconds(*record.connect));
    }
    field("total_ms", Milliseconds(record.total));
    field("retries", record.retries);
    field("end", record.end.how);
    field("by", record.end.by);
}

/** No value has a space: identities have none, addresses and words neither. */
std::string
ToKeyValue(const ConnectionRecord& record)
{
    std::string line;
    Describe(
        record,
        [&line](const char* key, const auto& value)
        {
            const char* const space = line.empty() ? "" : " ";
            fmt::format_to(std::back_inserter(line), FMT_COMPILE("{}{}={}"), space, key, value);
        });
    return line;
}

std::string
ToJson(const ConnectionRecord& record)
{
    nlohmann::ordered_json line;
    Describe(record, [&line](const char* key, const auto& value) { line[key] = value; });
    return line.dump();
}

std::shared_ptr<spdlog::sinks::sink>
OpenSink(const std::string& file)
{
    if (file == "-")
    {
        return std::make_shared<spdlog::sinks::stdout_sink_st>();
    }
    return std::make_shared<spdlog::sinks::basic_file_sink_st>(file);
}

} // namespace

Expected<LogFormat>
ParseLogFormat(const std::string& text)
{
    return ParseOneOf<LogFormat>(text,
                                 "format of the log",
                                 {{"key-value", LogFormat::KEY_VALUE}, {"json", LogFormat::JSON}});
}

std::string
FormatRecord(const ConnectionRecord& record, LogFormat format)
{
    return format == LogFormat::JSON ? ToJson(record) : ToKeyValue(record);
}

Expected<std::unique_ptr<ConnectionLog>>
ConnectionLog::Open(const std::string& file, LogFormat format)
{
    try
    {
        auto logger = std::make_shared<spdlog::logger>("connections", OpenSink(file));
        logger->set_pattern("%v");
        return std::unique_ptr<ConnectionLog>(new ConnectionLog(std::move(logger), format));
    }
    catch (const spdlog::spdlog_ex& error)
    {
        return Error{error.what()};
    }
}

ConnectionLog::ConnectionLog(std::shared_ptr<spdlog::logger> logger, LogFormat format)
    : m_logger(std::move(logger)),
      m_format(format)
{
    m_batch.reserve(MOST_QUEUED);
    m_queue.reserve(MOST_QUEUED);
    m_thread = std::thread([this] { Run(); });
}

ConnectionLog::~ConnectionLog()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void
ConnectionLog::Write(ConnectionRecord record)
{
    const auto time = std::chrono::system_clock::now();
    const std::lock_guard lock(m_mutex);
    if (m_queue.size() == MOST_QUEUED)
    {
        m_dropped.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    m_queue.push_back({time, std::move(record)});
    // The first one begins a batch, one half of what fits ends it early.
    if (m_queue.size() == 1 || m_queue.size() == MOST_QUEUED / 2)
    {
        m_wake.notify_one();
    }
}

void
ConnectionLog::Run()
{
    while (TakeBatch())
    {
        WriteBatch();
    }
}

/** \return false when the log ends and nothing is left. */
bool
ConnectionLog::TakeBatch()
{
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, [this] { return m_stop || !m_queue.empty(); });
    m_wake.wait_for(lock,
                    WRITE_PERIOD,
                    [this] { return m_stop || m_queue.size() >= MOST_QUEUED / 2; });
    std::swap(m_batch, m_queue);
    return !m_batch.empty();
}

void
ConnectionLog::WriteBatch()
{
    using namespace std::chrono;
    std::time_t second = 0;
    std::string date;
    for (const auto& [time, record] : m_batch)
    {
        const auto whole = floor<seconds>(time);
        if (const auto now = system_clock::to_time_t(whole); now != second || date.empty())
        {
            second = now;
            date = fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(second));
        }
        const auto milliseconds = floor<std::chrono::milliseconds>(time - whole).count();
        const std::string line = FormatRecord(record, m_format);
        if (m_format == LogFormat::JSON)
        {
            m_logger->info("{{\"time\":\"{}.{:03}Z\",{}", date, milliseconds, line.substr(1));
        }
        else
        {
            m_logger->info("time={}.{:03}Z {}", date, milliseconds, line);
        }
    }
    m_batch.clear();
    m_logger->flush();
}

} // namespace sonda
