#ifndef SONDA_REALNET_COMMON_LOG_H
#define SONDA_REALNET_COMMON_LOG_H

#include "model/base/time.h"
#include "realnet/common/configuration.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <spdlog/spdlog.h>
#include <string>

namespace sonda
{

/**
 * Sets the program's log up: one line per event on standard error, `TIME LEVEL TEXT`. spdlog's free
 * functions write to it, from any thread, and none of them ever waits: a thread of the log writes
 * the lines. While nobody reads standard error, up to 4,096 lines or 8 MiB are kept and the others
 * counted; a line tells of them when it is read again. The end of the program waits a second for
 * what is still to be written. To be called once, before other threads are made.
 *
 * \param verbose shows the level `debug` as well
 */
void SetUpLog(bool verbose);

/** \return log lines that standard error did not take. Any thread. */
std::uint64_t LogLinesLost();

/** Shows the level `debug` or not, from now on. */
void SetVerbose(bool verbose);

/** Logs every problem of a configuration that is not put in force. */
void LogRefusedReload(const Problems& problems);

/** Logs what a reload changed in vain. */
void LogNeedRestart(const OptionTable& atStart, const OptionTable& now);

/** Prints "PROGRAM: text" on standard error, for errors before there is a log. \return 1. */
int FailStart(const std::string& program, const std::string& text);

/** The same with one line for each problem. */
int FailStart(const std::string& program, const Problems& problems);

/** Prints "PROGRAM: warning: text" for each of what is no hindrance, but may be a mistake. */
void WarnAtCheck(const std::string& program, const Problems& problems);

/**
 * Keeps an event that may come thousands of times a second to one log line per second, and after
 * five such lines to one every ten seconds, until there was none for twenty. Any thread.
 */
class LogLimiter
{
  public:
    /** \return nothing: be silent; else how many events went unlogged since the last line. */
    std::optional<std::uint64_t> Allow(Instant now);

  private:
    std::mutex m_mutex;
    std::optional<Instant> m_last;
    unsigned m_row{0}; //!< lines without a pause between them
    std::uint64_t m_silenced{0};
};

/** \return "" or " (and N more unlogged)". */
std::string Silenced(std::uint64_t events);

} // namespace sonda

#endif
