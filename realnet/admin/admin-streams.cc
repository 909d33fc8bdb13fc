#include "realnet/admin/admin-streams.h"

#include "realnet/admin/history-csv.h"
#include "realnet/admin/http-listener.h"
#include "realnet/admin/state-json.h"
#include "realnet/common/clock.h"

namespace sonda
{

EventStream::EventStream(const SnapshotBoard& board, int& readers)
    : m_board(board),
      m_readers(readers)
{
    ++m_readers;
}

EventStream::~EventStream()
{
    --m_readers;
}

std::optional<std::string_view>
EventStream::Next()
{
    const Instant now = Now();
    if (m_sentAt == Instant{})
    {
        m_sentAt = now;
        // The page reconnects a second after the stream broke, so that a restart is seen at once.
        return "retry: 1000\n\n";
    }
    auto latest = m_board.Latest();
    if (latest && latest != m_sent)
    {
        m_sent = std::move(latest);
        m_sentAt = now;
        return m_sent->EventText();
    }
    if (now - m_sentAt >= HttpListener::HEARTBEAT)
    {
        m_sentAt = now;
        return ": heartbeat\n\n";
    }
    return "";
}

HistoryStream::HistoryStream(std::shared_ptr<const AdminSnapshot> snapshot,
                             std::optional<std::uint64_t> after)
    : m_snapshot(std::move(snapshot)),
      m_after(after)
{
}

std::optional<std::string_view>
HistoryStream::Next()
{
    if (m_heading == 0)
    {
        m_text = HistoryText(m_one, std::nullopt); // no window, so that is the heading
        m_heading = m_text.size();
        return m_text;
    }
    while (m_next < m_snapshot->windows.size())
    {
        const auto& window = m_snapshot->windows[m_next++];
        if (!m_after || window->number > *m_after)
        {
            m_one.windows = {window};
            m_text = HistoryText(m_one, std::nullopt);
            if (m_text.size() > m_heading)
            {
                return std::string_view(m_text).substr(m_heading);
            }
        }
    }
    return std::nullopt;
}

} // namespace sonda
