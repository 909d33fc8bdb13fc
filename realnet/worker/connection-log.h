#ifndef SONDA_REALNET_WORKER_CONNECTION_LOG_H
#define SONDA_REALNET_WORKER_CONNECTION_LOG_H

#include "model/base/error.h"
#include "model/base/time.h"
#include "realnet/common/queued-writer.h"
#include "realnet/common/socket-address.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sonda
{

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
    const char* how{""}; //!< it ended: see ToString(ConnectionEnd::How)
    const char* by{""};  //!< who brought that about: client, server, both or proxy
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
 * One line per connection, at its end. Workers leave records in a bounded queue and never wait for
 * a disk; a thread of the log formats and writes them, a batch at a time, at most WRITE_PERIOD
 * later. What the queue has no room for, or the disk, is counted as dropped. Any thread.
 */
class ConnectionLog
{
  public:
    /** Of each the queue and the batch that is being written; about 2 MB. */
    static constexpr std::size_t MOST_QUEUED = 8192;
    static constexpr Duration WRITE_PERIOD = std::chrono::milliseconds(100);
    /** How long the end waits for the disk. */
    static constexpr Duration PATIENCE = std::chrono::seconds(2);

    /**
     * \param file path, or "-" for standard output
     * \return the log with a thread that writes, or an error
     */
    static Expected<std::unique_ptr<ConnectionLog>> Open(const std::string& file, LogFormat format);

    void Write(ConnectionRecord record);

    /** \return how many records were dropped or could not be written. */
    std::uint64_t
    Dropped() const
    {
        return m_writer.Dropped();
    }

  private:
    struct Entry
    {
        std::chrono::system_clock::time_point time; //!< of the connection's end
        ConnectionRecord record;
    };

    ConnectionLog(Descriptor file, const std::string& name, LogFormat format);
    static void AppendLine(const Entry& entry, LogFormat format, std::string& text);

    QueuedWriter<Entry> m_writer;
};

} // namespace sonda

#endif
