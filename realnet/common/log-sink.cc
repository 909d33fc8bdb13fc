#include "realnet/common/log-sink.h"

#include <fmt/format.h>

namespace sonda
{

namespace
{

constexpr std::size_t MOST_LINES = 4096;
/** A line with all counters and agents may have a megabyte. */
constexpr std::size_t MOST_BYTES = 8 << 20;
constexpr Duration PATIENCE = std::chrono::seconds(1);

} // namespace

LogSink::LogSink(Descriptor output)
    : m_writer(
          std::move(output),
          {MOST_LINES, MOST_BYTES, Duration::zero(), PATIENCE},
          [](const std::string& line, std::string& text) { text += line; },
          [](std::uint64_t, int) {}) // there is nobody else to tell
{
}

void
LogSink::Flush()
{
    m_writer.Flush(PATIENCE);
}

void
LogSink::sink_it_(const spdlog::details::log_msg& message)
{
    const std::uint64_t lost = Lost();
    if (!Put(message) || lost == m_told)
    {
        return;
    }
    const std::string text =
        fmt::format("{} log lines were lost: standard error took no more", lost - m_told);
    m_told = lost;
    spdlog::details::log_msg notice = message;
    notice.level = spdlog::level::warn;
    notice.payload = text;
    Put(notice);
}

bool
LogSink::Put(const spdlog::details::log_msg& message)
{
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    return m_writer.Put(std::string(text.data(), text.size()), text.size());
}

void
LogSink::flush_()
{
    // A line is on its way as soon as it is put; waiting is for the end.
}

} // namespace sonda
