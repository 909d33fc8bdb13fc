#ifndef SONDA_REALNET_ADMIN_SNAPSHOT_BOARD_H
#define SONDA_REALNET_ADMIN_SNAPSHOT_BOARD_H

#include "realnet/admin/snapshot.h"

#include <condition_variable>
#include <mutex>

namespace sonda
{

/**
 * Where the control thread pins the newest snapshot up and HTTP threads read it. Any thread; the
 * mutex is held for the copy of a pointer only.
 */
class SnapshotBoard
{
  public:
    /** Shared, so that all readers of one snapshot share its JSON too. */
    struct Posted
    {
        std::shared_ptr<const AdminSnapshot> snapshot;
        Instant at{}; //!< when it was published

        /** \return the text of an event, made by the first who asks. Any thread. */
        const std::string& EventText() const;

      private:
        mutable std::once_flag m_once;
        mutable std::string m_text;
    };

    void Publish(std::shared_ptr<const AdminSnapshot> snapshot);

    /** \return null before the first. */
    std::shared_ptr<const Posted> Latest() const;

    /**
     * Waits for one whose sequence is another than \p seen.
     * \return null when there is none within \p patience, or when the board was closed
     */
    std::shared_ptr<const Posted> WaitForOther(std::uint64_t seen, Duration patience) const;

    /** Wakes everybody who waits; nobody waits from now on. */
    void Close();
    bool IsClosed() const;

  private:
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_changed;
    std::shared_ptr<const Posted> m_latest;
    bool m_closed{false};
};

} // namespace sonda

#endif
