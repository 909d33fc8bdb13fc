#include "model/connection/relay.h"

namespace sonda
{

void
Relay::OnEvents(Side side, SocketEvents events)
{
    if (events.readable)
    {
        From(side).OnReadable();
    }
    if (events.peerClosed)
    {
        From(side).OnPeerClosed();
    }
    if (events.urgent)
    {
        From(side).OnUrgent();
    }
    if (events.ended)
    {
        From(side).OnEndInSight();
    }
    if (events.broken)
    {
        // What it sent is still read to its end, which then says whether it was a reset.
        Lose(side);
        From(side).OnPeerClosed();
    }
}

void
Relay::StartPass()
{
    for (RelayDirection& direction : m_directions)
    {
        direction.OnPass();
    }
}

void
Relay::Lose(Side side)
{
    if (!m_lost)
    {
        m_lost = true;
        m_gone = side;
    }
    From(Other(side)).OnSinkLost();
}

void
Relay::OnReadFailed(Side side)
{
    Lose(side);
    From(side).OnSourceLost();
}

void
Relay::OnWriteFailed(Side side, bool afterEnd)
{
    Lose(side);
    // The kernel tells an error once: a read of this socket will now end as if all were well.
    From(side).OnPeerClosed();
    if (!afterEnd)
    {
        From(side).OnEndWorthless();
    }
}

RelayState
Relay::State() const
{
    const RelayDirection& up = From(Side::CLIENT);
    const RelayDirection& down = From(Side::SERVER);
    if (up.EndPassed() && down.EndPassed())
    {
        return RelayState::FINISHED;
    }
    if (m_lost && From(m_gone).Exhausted())
    {
        return RelayState::ABORTED;
    }
    return m_lost || up.EndPassed() || down.EndPassed() ? RelayState::HALF_CLOSED
                                                        : RelayState::RUNNING;
}

} // namespace sonda
