#ifndef SONDA_REALNET_PROXY_CONNECTION_LOG_H
#define SONDA_REALNET_PROXY_CONNECTION_LOG_H

#include "model/base/error.h"
#include "model/base/time.h"
#include "realnet/common/socket-address.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace spdlog
{
class logger;
namespace details
{
class thread_pool;
}
} // namespace spdlog

namespace sonda
{

/** How a connection ended: one word, and who brought it about. */
struct ConnectionEnd
{
    const char* how{""};
    const char* by{""}; //!< client, server, both or proxy
};

/** What the log says of one connection. */
struct ConnectionRecord
{
    SocketAddress client;
    std::string agent; //!< identity; empty: it got none
    std::optional<SocketAddress> server;
    std::uint64_t up{0};             //!< bytes delivered to the server
    std::uint64_t down{0};           //!< bytes delivered to the client
    std::optional<Duration> connect; //!< from accept to the connection to the server
    Duration total{0};
    std::uint32_t retries{0};
    ConnectionEnd end;
};

/** How the lines look. */
enum class LogFormat
{
    KEY_VALUE,
    JSON,
};

/** \return the one named "key-value" or "json". */
Expected<LogFormat> ParseLogFormat(const std::string& text);

/** \return the line for a connection, without time and end of line. */
std::string FormatRecord(const ConnectionRecord& record, LogFormat format);

/**
 * One line per connection, at its end. Workers put lines into a bounded queue and never wait for a
 * disk; when it is full the oldest line is dropped and counted. Any thread.
 */
class ConnectionLog
{
  public:
    /**
     * \param file path, or "-" for standard output
     * \return the log with a thread that writes, or an error
     */
    static Expected<std::shared_ptr<ConnectionLog>> Open(const std::string& file, LogFormat format);

    void Write(const ConnectionRecord& record);

    /** \return how many lines were dropped. */
    std::uint64_t Dropped() const;

  private:
    ConnectionLog() = default;

    LogFormat m_format{LogFormat::KEY_VALUE};
    std::shared_ptr<spdlog::details::thread_pool> m_pool;
    std::shared_ptr<spdlog::logger> m_logger;
};

} // namespace sonda

#endif
