#ifndef SONDA_REALNET_ADMIN_ADMIN_STREAMS_H
#define SONDA_REALNET_ADMIN_ADMIN_STREAMS_H

#include "realnet/admin/http-message.h"
#include "realnet/admin/snapshot-board.h"

#include <optional>

/** Answers in pieces. The HTTP thread. */
namespace sonda
{

/**
 * The snapshots of a board as server-sent events, one after the other: a reader that is slow misses
 * some. A comment as heartbeat lets both ends notice that the other is gone while there is nothing
 * to send.
 */
class EventStream : public AnswerStream
{
  public:
    /** \param board must outlive it \param readers counted here while it lives; must outlive it */
    EventStream(const SnapshotBoard& board, int& readers);
    ~EventStream() override;

    std::optional<std::string_view> Next() override;

    bool
    IsFinite() const override
    {
        return false;
    }

  private:
    const SnapshotBoard& m_board;
    int& m_readers;
    std::shared_ptr<const SnapshotBoard::Posted> m_sent; //!< keeps the text
    Instant m_sentAt{};                                  //!< of the last piece
};

/** The body of /api/history.csv, a window at a time: all of them may be 100 MB. */
class HistoryStream : public AnswerStream
{
  public:
    /** \param after windows up to this number are left out */
    HistoryStream(std::shared_ptr<const AdminSnapshot> snapshot,
                  std::optional<std::uint64_t> after);

    std::optional<std::string_view> Next() override;

    bool
    IsFinite() const override
    {
        return true;
    }

  private:
    AdminSnapshot m_one; //!< with a single window
    std::shared_ptr<const AdminSnapshot> m_snapshot;
    std::optional<std::uint64_t> m_after;
    std::size_t m_next{0};
    std::size_t m_heading{0}; //!< its bytes, once it was sent
    std::string m_text;
};

} // namespace sonda

#endif
