#include "realnet/worker/connection-log.h"

#include "realnet/common/clock.h"
#include "realnet/common/log.h"
#include "realnet/common/option-values.h"

#include <cmath>
#include <ctime>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/compile.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>
#include <system_error>

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
    field("end", record.how);
    field("by", record.by);
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

/** \return the file, made if need be, to be written at its end; standard output for "-" */
Descriptor
OpenFile(const std::string& file)
{
    return Descriptor(
        file == "-"
            ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
            : open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644));
}

/** Lost lines are told of once a second, however many there are. */
QueuedWriter<std::string>::OnLoss
Complain(const std::string& name)
{
    return [name, limiter = std::make_shared<LogLimiter>()](std::uint64_t lines, int error)
    {
        if (const auto silenced = limiter->Allow(Now()))
        {
            spdlog::error("connection log {}: {}: {} lines are lost{}",
                          name,
                          std::generic_category().message(error),
                          lines,
                          Silenced(*silenced));
        }
    };
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
    Descriptor descriptor = OpenFile(file);
    if (!descriptor)
    {
        return SystemError(file);
    }
    return std::unique_ptr<ConnectionLog>(new ConnectionLog(std::move(descriptor), file, format));
}

ConnectionLog::ConnectionLog(Descriptor file, const std::string& name, LogFormat format)
    : m_writer(
          std::move(file),
          {MOST_QUEUED, MOST_QUEUED * sizeof(Entry), WRITE_PERIOD, PATIENCE},
          [format](const Entry& entry, std::string& text) { AppendLine(entry, format, text); },
          Complain(name == "-" ? "on standard output" : name))
{
}

void
ConnectionLog::Write(ConnectionRecord record)
{
    m_writer.Put({std::chrono::system_clock::now(), std::move(record)}, sizeof(Entry));
}

void
ConnectionLog::AppendLine(const Entry& entry, LogFormat format, std::string& text)
{
    using namespace std::chrono;
    const auto second = floor<seconds>(entry.time);
    // Most lines of a batch are of one second.
    static thread_local std::time_t cached = 0;
    static thread_local std::string date;
    if (const auto now = system_clock::to_time_t(second); now != cached || date.empty())
    {
        cached = now;
        date = fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(now));
    }
    const auto milliseconds = floor<std::chrono::milliseconds>(entry.time - second).count();
    const std::string line = FormatRecord(entry.record, format);
    const auto to = std::back_inserter(text);
    if (format == LogFormat::JSON)
    {
        fmt::format_to(to, "{{\"time\":\"{}.{:03}Z\",{}\n", date, milliseconds, line.substr(1));
    }
    else
    {
        fmt::format_to(to, "time={}.{:03}Z {}\n", date, milliseconds, line);
    }
}

} // namespace sonda
