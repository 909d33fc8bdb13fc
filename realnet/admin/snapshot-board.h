#ifndef SONDA_REALNET_ADMIN_SNAPSHOT_BOARD_H
#define SONDA_REALNET_ADMIN_SNAPSHOT_BOARD_H

#include "realnet/admin/snapshot.h"

#include <memory>
#include <mutex>
#include <string>

namespace sonda
{

/**
 * Where the control thread pins the newest snapshot up and the HTTP thread reads it. Any thread;
 * the mutex is held for the copy of a pointer only.
 */
class SnapshotBoard
{
  public:
    /**
     * A snapshot and its texts. Each text is made by the first who asks and shared by all: readers
     * cost neither time nor memory of their own, however many there are. Any thread.
     */
    class Posted
    {
      public:
        Posted(std::shared_ptr<const AdminSnapshot> of, Instant when);

        const std::shared_ptr<const AdminSnapshot> snapshot;
        const Instant at; //!< when it was published

        const std::string& EventText() const;   //!< one event of /api/events
        const std::string& StateText() const;   //!< the body of /api/state
        const std::string& MetricsText() const; //!< the body of /metrics

      private:
        /** Made once. */
        struct Text
        {
            std::once_flag once;
            std::string text;
        };

        mutable Text m_event;
        mutable Text m_state;
        mutable Text m_metrics;
    };

    void Publish(std::shared_ptr<const AdminSnapshot> snapshot);

    /** \return null before the first. */
    std::shared_ptr<const Posted> Latest() const;

  private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const Posted> m_latest;
};

} // namespace sonda

#endif
