#include "realnet/admin/snapshot-board.h"

#include "realnet/admin/metrics-text.h"
#include "realnet/admin/state-json.h"
#include "realnet/common/clock.h"

namespace sonda
{

SnapshotBoard::Posted::Posted(std::shared_ptr<const AdminSnapshot> of, Instant when)
    : snapshot(std::move(of)),
      at(when)
{
}

const std::string&
SnapshotBoard::Posted::EventText() const
{
    std::call_once(m_event.once,
                   [this]
                   {
                       m_event.text = "id: " + std::to_string(snapshot->sequence) +
                                      "\nevent: state\ndata: " +
                                      sonda::StateText(*snapshot, MOST_AGENTS_IN_EVENT) + "\n\n";
                   });
    return m_event.text;
}

const std::string&
SnapshotBoard::Posted::StateText() const
{
    std::call_once(m_state.once,
                   [this] { m_state.text = sonda::StateText(*snapshot, ALL_AGENTS) + "\n"; });
    return m_state.text;
}

const std::string&
SnapshotBoard::Posted::MetricsText() const
{
    std::call_once(m_metrics.once, [this] { m_metrics.text = sonda::MetricsText(*snapshot); });
    return m_metrics.text;
}

void
SnapshotBoard::Publish(std::shared_ptr<const AdminSnapshot> snapshot)
{
    auto posted = std::make_shared<const Posted>(std::move(snapshot), Now());
    const std::lock_guard lock(m_mutex);
    m_latest.swap(posted); // the old one goes when the lock is free again
}

std::shared_ptr<const SnapshotBoard::Posted>
SnapshotBoard::Latest() const
{
    const std::lock_guard lock(m_mutex);
    return m_latest;
}

} // namespace sonda
