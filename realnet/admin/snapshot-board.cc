#include "realnet/admin/snapshot-board.h"

#include "realnet/admin/state-json.h"
#include "realnet/common/clock.h"

namespace sonda
{

const std::string&
SnapshotBoard::Posted::EventText() const
{
    std::call_once(m_once,
                   [this]
                   {
                       m_text =
                           "id: " + std::to_string(snapshot->sequence) +
                           "\nevent: state\ndata: " + StateText(*snapshot, MOST_AGENTS_IN_EVENT) +
                           "\n\n";
                   });
    return m_text;
}

void
SnapshotBoard::Publish(std::shared_ptr<const AdminSnapshot> snapshot)
{
    auto posted = std::make_shared<Posted>();
    posted->snapshot = std::move(snapshot);
    posted->at = Now();
    {
        const std::lock_guard lock(m_mutex);
        m_latest = std::move(posted);
    }
    m_changed.notify_all();
}

std::shared_ptr<const SnapshotBoard::Posted>
SnapshotBoard::Latest() const
{
    const std::lock_guard lock(m_mutex);
    return m_latest;
}

std::shared_ptr<const SnapshotBoard::Posted>
SnapshotBoard::WaitForOther(std::uint64_t seen, Duration patience) const
{
    std::unique_lock lock(m_mutex);
    const bool other = m_changed.wait_for(
        lock,
        patience,
        [&] { return m_closed || (m_latest && m_latest->snapshot->sequence != seen); });
    return other && !m_closed ? m_latest : nullptr;
}

void
SnapshotBoard::Close()
{
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
    }
    m_changed.notify_all();
}

bool
SnapshotBoard::IsClosed() const
{
    const std::lock_guard lock(m_mutex);
    return m_closed;
}

} // namespace sonda
