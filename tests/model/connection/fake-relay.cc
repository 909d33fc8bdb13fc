#include "tests/model/connection/fake-relay.h"

#include "tests/catch.h"

#include <algorithm>

namespace sonda::test
{

namespace
{

constexpr std::size_t PIPE_BYTES = 1 << 20;

/** A pipe is full when its pages are, which may hold few bytes each. */
constexpr std::size_t PIPE_TAKES = 100'000;

} // namespace

void
FakeRelay::Arrive(Side side, std::size_t bytes)
{
    FakeSocket& socket = At(side);
    if (bytes == 0 || socket.finSent || socket.rstSent)
    {
        return;
    }
    socket.sent += bytes;
    socket.unread += bytes;
    socket.readableEdge = true;
}

void
FakeRelay::Urge(Side side)
{
    FakeSocket& socket = At(side);
    if (socket.finSent || socket.rstSent)
    {
        return;
    }
    // The kernel keeps one mark: an older byte becomes one like others.
    socket.mark = socket.unread;
    socket.urgentEdge = true;
    Arrive(side, 1);
}

void
FakeRelay::Fin(Side side)
{
    FakeSocket& socket = At(side);
    if (socket.finSent || socket.rstSent)
    {
        return;
    }
    socket.finSent = true;
    socket.readableEdge = true;
    socket.closedEdge = true;
}

void
FakeRelay::Rst(Side side)
{
    FakeSocket& socket = At(side);
    if (socket.rstSent)
    {
        return;
    }
    socket.rstSent = true;
    socket.finBeforeRst = socket.finSent;
    socket.errorPending = true;
    socket.readableEdge = true;
    socket.writableEdge = true;
    socket.closedEdge = true;
}

void
FakeRelay::GrowRoom(Side side, std::size_t bytes)
{
    FakeSocket& socket = At(side);
    socket.room += bytes;
    socket.writableEdge = socket.writableEdge || socket.wantsRoom;
    socket.wantsRoom = false;
}

void
FakeRelay::Report(Side side)
{
    FakeSocket& socket = At(side);
    const bool edge =
        socket.readableEdge || socket.writableEdge || socket.closedEdge || socket.urgentEdge;
    SocketEvents events;
    events.readable = socket.readableEdge;
    events.peerClosed = socket.closedEdge;
    events.urgent = edge && socket.mark.has_value();
    events.ended = edge && socket.finSent && !socket.rstSent && !socket.mark;
    events.broken = edge && socket.errorPending;
    m_relay.OnEvents(side, events);
    socket.readableEdge = socket.writableEdge = socket.closedEdge = socket.urgentEdge = false;
}

void
FakeRelay::Fetch()
{
    for (const Side side : {Side::CLIENT, Side::SERVER})
    {
        const FakeSocket& socket = At(side);
        m_woken = m_woken || socket.readableEdge || socket.writableEdge || socket.closedEdge ||
                  socket.urgentEdge;
        Report(side);
    }
}

void
FakeRelay::Run(int readsPerPass, bool allowPipe)
{
    Fetch();
    Serve(readsPerPass, allowPipe);
}

void
FakeRelay::Serve(int readsPerPass, bool allowPipe)
{
    m_passes = 0;
    while (m_woken || m_relay.HasWork())
    {
        const RelayState state = m_relay.State();
        if (state == RelayState::FINISHED || state == RelayState::ABORTED)
        {
            return;
        }
        m_woken = false;
        REQUIRE(++m_passes < 10'000); // it would spin
        m_relay.StartPass();
        Pump(Side::CLIENT, readsPerPass, allowPipe);
        Pump(Side::SERVER, readsPerPass, allowPipe);
    }
}

void
FakeRelay::Pump(Side source, int reads, bool allowPipe)
{
    RelayDirection& direction = m_relay.From(source);
    for (RelayStep step = direction.Next(); step != RelayStep::WAIT; step = direction.Next())
    {
        const bool isRead = step == RelayStep::RECEIVE || step == RelayStep::FILL;
        if (isRead && reads-- == 0)
        {
            return;
        }
        if (isRead && direction.Held() != 0)
        {
            FAIL("a read while bytes are held");
        }
        if (step == RelayStep::FILL && !allowPipe)
        {
            direction.OnNoPipe();
        }
        else if (isRead)
        {
            m_fills += step == RelayStep::FILL ? 1 : 0;
            step == RelayStep::FILL ? Splice(source) : Read(source, direction.ReadSize());
        }
        else if (step == RelayStep::END)
        {
            if (At(Other(source)).rstSent)
            {
                m_relay.OnWriteFailed(Other(source), false);
            }
            else
            {
                At(Other(source)).finDelivered = true;
                direction.OnEndPassed();
            }
        }
        else
        {
            Write(source);
        }
        m_mostHeld = std::max(m_mostHeld, direction.Held());
    }
}

/** recv(): ends before an urgent byte, and begins with it the next time. */
void
FakeRelay::Read(Side source, std::size_t asked)
{
    FakeSocket& socket = At(source);
    if (socket.unread == 0)
    {
        ReadEnd(source);
        return;
    }
    const bool stops = socket.mark.value_or(0) > 0;
    if (!stops)
    {
        socket.mark.reset();
    }
    Take(source, std::min({asked, socket.unread, stops ? *socket.mark : socket.unread}), asked);
}

/** splice(): never gets beyond an urgent byte, where it returns 0 once the end has come. */
void
FakeRelay::Splice(Side source)
{
    FakeSocket& socket = At(source);
    RelayDirection& direction = m_relay.From(source);
    const std::size_t most = std::min(socket.unread, socket.mark.value_or(socket.unread));
    if (most > 0)
    {
        Take(source, std::min(PIPE_TAKES, most), PIPE_BYTES);
    }
    else if (socket.finSent || (socket.rstSent && !socket.errorPending))
    {
        direction.OnNoPipe(); // a 0, which says nothing: a read tells
    }
    else if (socket.unread > 0)
    {
        direction.OnDry();
    }
    else
    {
        ReadEnd(source);
    }
}

void
FakeRelay::Take(Side source, std::size_t bytes, std::size_t asked)
{
    FakeSocket& socket = At(source);
    socket.unread -= bytes;
    if (socket.mark)
    {
        *socket.mark -= bytes;
    }
    m_relay.From(source).OnRead(bytes, asked);
}

void
FakeRelay::ReadEnd(Side source)
{
    FakeSocket& socket = At(source);
    RelayDirection& direction = m_relay.From(source);
    if (socket.finSent)
    {
        direction.OnEnd(); // an end that was received is told before any error
    }
    else if (socket.errorPending)
    {
        socket.errorPending = false;
        m_relay.OnReadFailed(source);
    }
    else if (socket.rstSent)
    {
        direction.OnEnd(); // the error was told before: Linux then shows an end
    }
    else
    {
        direction.OnDry();
    }
}

void
FakeRelay::Write(Side source)
{
    FakeSocket& sink = At(Other(source));
    RelayDirection& direction = m_relay.From(source);
    if (sink.finDelivered)
    {
        FAIL("bytes after the end");
    }
    if (sink.rstSent)
    {
        const bool broken = sink.finBeforeRst || !sink.errorPending;
        sink.errorPending = false;
        m_relay.OnWriteFailed(Other(source), broken);
    }
    else if (sink.room == 0)
    {
        sink.wantsRoom = true;
        direction.OnBlocked();
    }
    else
    {
        const std::size_t n = std::min(sink.room, direction.Held());
        sink.room -= n;
        sink.delivered += n;
        direction.OnWritten(n);
    }
}

} // namespace sonda::test
