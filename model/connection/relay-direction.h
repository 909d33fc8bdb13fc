#ifndef SONDA_MODEL_CONNECTION_RELAY_DIRECTION_H
#define SONDA_MODEL_CONNECTION_RELAY_DIRECTION_H

#include <cstddef>

namespace sonda
{

/** What the owner must do for one direction. */
enum class RelayStep
{
    WAIT,    //!< nothing, until an event or the next pass
    RECEIVE, //!< read up to ReadSize() bytes → OnRead, OnDry, OnEnd, Relay::OnReadFailed
    SEND,    //!< write the held bytes → OnWritten, OnBlocked, Relay::OnWriteFailed
    FILL,    //!< move bytes from source to pipe → as RECEIVE, or OnNoPipe
    DRAIN,   //!< move the held bytes from pipe to sink → as SEND
    END,     //!< shut the sink down for writing → OnEndPassed
};

/**
 * One direction of a relay: bytes from a source to a sink, through the worker's buffer or, when
 * they stream, through a pipe without being copied.
 *
 * Latches, one reason each:
 * - readable: the source had something when last heard of. Cleared only by a read that found
 *   nothing (OnDry), or that found less than was asked while the peer had not closed: an end that
 *   came with the same edge as the data announces itself no second time.
 * - peerClosed: the source's peer has closed or reset; reads must go on to the end.
 * - endInSight: the source's end lies behind what is there to be read, so that a read which finds
 *   less than was asked needs no second one to learn of the end.
 * - urgent: the source has sent an urgent byte. A read ends before it although more is there, and
 *   splice() never gets beyond it: from then on it takes a read that finds nothing, and copying.
 * - blocked: the sink took nothing at the last trial of this pass.
 * - held: bytes read and not yet written. Nothing is read while it is above zero, so that memory is
 *   bounded and an empty pipe is never confused with a full one.
 *
 * Switching: two large reads in a row start the pipe; several small ones end it.
 *
 * Not thread-safe.
 */
class RelayDirection
{
  public:
    static constexpr std::size_t COPY_BYTES = 64 * 1024;
    /** Without pipe: measured to be twice as fast as 64 KiB on streams. */
    static constexpr std::size_t STREAM_COPY_BYTES = 256 * 1024;
    /** What counts as a large read. */
    static constexpr std::size_t LARGE_BYTES = 16 * 1024;
    static constexpr int LARGE_READS_TO_START = 2;
    static constexpr int SMALL_READS_TO_STOP = 8;

    RelayStep Next() const;

    bool
    HasWork() const
    {
        return Next() != RelayStep::WAIT;
    }

    std::size_t ReadSize() const;

    void OnReadable();
    void OnPeerClosed();
    /** See SocketEvents::ended. */
    void OnEndInSight();
    /** See SocketEvents::urgent. */
    void OnUrgent();
    void OnPass();

    /** \param bytes read, above 0 \param asked as was asked for */
    void OnRead(std::size_t bytes, std::size_t asked);
    /** The source has nothing now. */
    void OnDry();
    /** The source has ended. */
    void OnEnd();
    /**
     * There is no pipe to be had, or splice() found nothing more without saying why (it returns 0
     * at the end, and at an urgent mark behind which more may lie): copy from now on; a read tells.
     */
    void OnNoPipe();
    void OnWritten(std::size_t bytes);
    /** The sink takes nothing now. */
    void OnBlocked();
    void OnEndPassed();

    /** The source was reset: an end of it that is still to be read means that it is lost. */
    void OnEndWorthless();
    /** The source's peer is gone: no end will be passed on, only what is held delivered. */
    void OnSourceLost();
    /** The sink's peer is gone: nothing can be delivered any more. */
    void OnSinkLost();

    std::size_t
    Held() const
    {
        return m_held;
    }

    /** \return whether the source's peer will send nothing more. */
    bool
    PeerClosed() const
    {
        return m_peerClosed;
    }

    /** \return whether the held bytes are the last ones. */
    bool
    EndFollows() const
    {
        return m_ended;
    }

    /** \return whether the source has ended and the sink was told. */
    bool
    EndPassed() const
    {
        return m_endPassed;
    }

    /** \return whether nothing is left to deliver and nothing more will come. */
    bool
    Exhausted() const
    {
        return m_endPassed || m_dead || (m_sourceLost && m_held == 0);
    }

    bool
    Splicing() const
    {
        return m_mode == Mode::PIPE;
    }

  private:
    enum class Mode : unsigned char
    {
        COPY,
        PIPE,
        COPY_ONLY, //!< no pipe could be had, or an urgent byte has come
    };

    void NoteSize(std::size_t bytes);
    void ChangeMode();

    std::size_t m_held{0};
    Mode m_mode{Mode::COPY};
    unsigned char m_row{0}; //!< large reads (copying) or small ones (pipe) in a row
    bool m_readable{false};
    bool m_peerClosed{false};
    bool m_endInSight{false};
    bool m_urgent{false};
    bool m_blocked{false};
    bool m_ended{false};
    bool m_endWorthless{false};
    bool m_endPassed{false};
    bool m_sourceLost{false};
    bool m_dead{false};
};

} // namespace sonda

#endif
