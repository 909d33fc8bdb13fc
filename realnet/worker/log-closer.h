#ifndef SONDA_REALNET_WORKER_LOG_CLOSER_H
#define SONDA_REALNET_WORKER_LOG_CLOSER_H

#include "realnet/worker/connection-log.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace sonda
{

/**
 * Ends connection logs that a reload has replaced. The last one to let go of such a log is a worker
 * or the control thread, and neither may wait until a disk has taken what is queued; so a thread of
 * this object does. Any thread may let go of a log; the rest is the control thread's.
 */
class LogCloser
{
  public:
    LogCloser();
    /** Waits until all logs are written. Nobody may hold one any more. */
    ~LogCloser();
    LogCloser(const LogCloser&) = delete;
    LogCloser& operator=(const LogCloser&) = delete;

    /**
     * \param log may be null
     * \return the log, which must not outlive this object; letting go of it waits for no disk
     */
    std::shared_ptr<ConnectionLog> Share(std::unique_ptr<ConnectionLog> log);

  private:
    void Close(std::unique_ptr<ConnectionLog> log);
    void Run();

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::vector<std::unique_ptr<ConnectionLog>> m_unused;
    bool m_stop{false};
    std::thread m_thread;
};

} // namespace sonda

#endif
