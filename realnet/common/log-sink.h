#ifndef SONDA_REALNET_COMMON_LOG_SINK_H
#define SONDA_REALNET_COMMON_LOG_SINK_H

#include "realnet/common/queued-writer.h"

#include <mutex>
#include <spdlog/sinks/base_sink.h>
#include <string>

namespace sonda
{

/**
 * Where spdlog leaves lines for standard error, without ever waiting for its reader; see
 * SetUpLog(). Any thread.
 */
class LogSink : public spdlog::sinks::base_sink<std::mutex>
{
  public:
    explicit LogSink(Descriptor output);

    /** Waits for what is queued, a second at most. */
    void Flush();

    std::uint64_t
    Lost() const
    {
        return m_writer.Dropped();
    }

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override;

  private:
    bool Put(const spdlog::details::log_msg& message);

    QueuedWriter<std::string> m_writer;
    std::uint64_t m_told{0}; //!< lost lines that a line has told of
};

} // namespace sonda

#endif
