#include "model/connection/relay-direction.h"

#include <cassert>

namespace sonda
{

RelayStep
RelayDirection::Next() const
{
    if (m_dead || m_endPassed)
    {
        return RelayStep::WAIT;
    }
    if (m_held > 0)
    {
        if (m_blocked)
        {
            return RelayStep::WAIT;
        }
        return m_mode == Mode::PIPE ? RelayStep::DRAIN : RelayStep::SEND;
    }
    if (m_sourceLost)
    {
        return RelayStep::WAIT;
    }
    if (m_ended)
    {
        return RelayStep::END;
    }
    if (!m_readable)
    {
        return RelayStep::WAIT;
    }
    return m_mode == Mode::PIPE ? RelayStep::FILL : RelayStep::RECEIVE;
}

std::size_t
RelayDirection::ReadSize() const
{
    const bool streams = m_mode == Mode::COPY_ONLY && m_row >= LARGE_READS_TO_START;
    return streams ? STREAM_COPY_BYTES : COPY_BYTES;
}

void
RelayDirection::OnReadable()
{
    m_readable = true;
}

void
RelayDirection::OnPeerClosed()
{
    m_peerClosed = true;
    m_readable = true;
}

void
RelayDirection::OnEndInSight()
{
    m_endInSight = true;
}

void
RelayDirection::OnUrgent()
{
    m_urgent = true;
    m_readable = true;
    if (m_held == 0)
    {
        ChangeMode();
    }
}

void
RelayDirection::OnPass()
{
    m_blocked = false;
}

void
RelayDirection::OnRead(std::size_t bytes, std::size_t asked)
{
    assert(m_held == 0 && bytes > 0);
    m_held = bytes;
    // A pipe takes pages, not bytes: it may be full long before what was asked for fits in.
    if (m_mode != Mode::PIPE && bytes < asked)
    {
        m_readable = m_readable && (m_peerClosed || m_urgent);
        if (m_endInSight && !m_urgent)
        {
            OnEnd();
        }
    }
    NoteSize(bytes);
}

void
RelayDirection::NoteSize(std::size_t bytes)
{
    const bool large = bytes >= LARGE_BYTES;
    if (m_mode != Mode::PIPE)
    {
        const bool known = m_row >= LARGE_READS_TO_START;
        m_row = large ? static_cast<unsigned char>(known ? m_row : m_row + 1) : 0;
        // Not now: what was just read lies in the buffer. The next read will be a FILL.
        return;
    }
    m_row = large ? 0 : static_cast<unsigned char>(m_row + 1);
}

void
RelayDirection::OnDry()
{
    m_readable = false;
}

void
RelayDirection::OnEnd()
{
    (m_endWorthless ? m_sourceLost : m_ended) = true;
}

void
RelayDirection::OnNoPipe()
{
    assert(m_held == 0);
    m_mode = Mode::COPY_ONLY;
    m_row = LARGE_READS_TO_START;
}

void
RelayDirection::OnWritten(std::size_t bytes)
{
    assert(bytes <= m_held);
    m_held -= bytes;
    if (m_held == 0)
    {
        ChangeMode();
    }
}

/** Between two reads only: then buffer and pipe are both empty. */
void
RelayDirection::ChangeMode()
{
    if (m_urgent)
    {
        m_mode = Mode::COPY_ONLY;
    }
    else if (m_mode == Mode::COPY && m_row >= LARGE_READS_TO_START)
    {
        m_mode = Mode::PIPE;
        m_row = 0;
    }
    else if (m_mode == Mode::PIPE && m_row >= SMALL_READS_TO_STOP)
    {
        m_mode = Mode::COPY;
        m_row = 0;
    }
}

void
RelayDirection::OnBlocked()
{
    m_blocked = true;
}

void
RelayDirection::OnEndPassed()
{
    m_endPassed = true;
}

void
RelayDirection::OnEndWorthless()
{
    m_endWorthless = true;
}

void
RelayDirection::OnSourceLost()
{
    m_sourceLost = true;
}

void
RelayDirection::OnSinkLost()
{
    m_dead = true;
    m_held = 0;
}

} // namespace sonda
