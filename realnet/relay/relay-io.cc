#include "realnet/relay/relay-io.h"

#include "realnet/common/tcp-options.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

constexpr unsigned SPLICE_FLAGS = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;

bool
IsTransient(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK;
}

} // namespace

RelayIo::RelayIo(std::size_t pipes)
    : m_buffer(RelayDirection::STREAM_COPY_BYTES),
      m_pipes(pipes)
{
}

void
RelayIo::Pump(Conduit& conduit, Side source)
{
    const RelayDirection& direction = conduit.m_relay.From(source);
    int reads = 0;
    for (RelayStep step = direction.Next(); step != RelayStep::WAIT; step = direction.Next())
    {
        const bool isRead = step == RelayStep::RECEIVE || step == RelayStep::FILL;
        if (isRead && ++reads > READS_PER_PASS)
        {
            break;
        }
        switch (step)
        {
        case RelayStep::RECEIVE:
            Receive(conduit, source);
            break;
        case RelayStep::FILL:
            Fill(conduit, source);
            break;
        case RelayStep::SEND:
            Send(conduit, source);
            break;
        case RelayStep::DRAIN:
            Drain(conduit, source);
            break;
        case RelayStep::END:
            PassEnd(conduit, source);
            break;
        case RelayStep::WAIT:
            break;
        }
    }
    Tidy(conduit, source);
}

void
RelayIo::OnReadResult(Conduit& conduit, Side source, ssize_t n, std::size_t asked)
{
    RelayDirection& direction = conduit.m_relay.From(source);
    conduit.From(source).heard |= n >= 0;
    if (n > 0)
    {
        direction.OnRead(static_cast<std::size_t>(n), asked);
    }
    else if (n == 0)
    {
        direction.OnEnd();
    }
    else if (IsTransient(errno))
    {
        direction.OnDry();
    }
    else if (errno != EINTR)
    {
        conduit.m_relay.OnReadFailed(source);
    }
}

void
RelayIo::OnWriteResult(Conduit& conduit, Side source, ssize_t n)
{
    RelayDirection& direction = conduit.m_relay.From(source);
    if (n > 0)
    {
        conduit.From(source).bytes += static_cast<std::uint64_t>(n);
        direction.OnWritten(static_cast<std::size_t>(n));
    }
    else if (n == 0 || IsTransient(errno))
    {
        direction.OnBlocked();
    }
    else if (errno != EINTR)
    {
        conduit.m_relay.OnWriteFailed(Other(source), errno == EPIPE);
    }
}

void
RelayIo::Receive(Conduit& conduit, Side source)
{
    const std::size_t asked = conduit.m_relay.From(source).ReadSize();
    m_offset = 0;
    const ssize_t n = recv(conduit.Socket(source), m_buffer.data(), asked, 0);
    OnReadResult(conduit, source, n, asked);
}

void
RelayIo::Fill(Conduit& conduit, Side source)
{
    Channel& channel = conduit.From(source);
    if (!channel.pipe)
    {
        channel.pipe = m_pipes.Take();
        if (!channel.pipe)
        {
            conduit.m_relay.From(source).OnNoPipe();
            return;
        }
        // Else the kernel would do it when the bytes were read: so their sender goes on meanwhile.
        AcknowledgeNow(conduit.Socket(source));
    }
    const std::size_t asked = channel.pipe->capacity;
    const ssize_t n = splice(conduit.Socket(source),
                             nullptr,
                             channel.pipe->write.Get(),
                             nullptr,
                             asked,
                             SPLICE_FLAGS);
    const bool cannot = n < 0 && (errno == EINVAL || errno == ENOSYS || errno == ENOMEM);
    if (n == 0 || cannot)
    {
        // The kernel cannot splice here, or no further: copying still works, and says whether a 0
        // was the end (docs/decisions/0004-what-the-kernel-says.md).
        conduit.m_relay.From(source).OnNoPipe();
        return;
    }
    channel.inPipe += n > 0 ? static_cast<std::size_t>(n) : 0;
    OnReadResult(conduit, source, n, asked);
}

void
RelayIo::Send(Conduit& conduit, Side source)
{
    Channel& channel = conduit.From(source);
    const std::size_t held = conduit.m_relay.From(source).Held();
    const char* from =
        channel.pending ? channel.pending.get() + channel.offset : m_buffer.data() + m_offset;
    // The end that follows travels with the last bytes.
    const int more = conduit.m_relay.From(source).EndFollows() ? MSG_MORE : 0;
    const ssize_t n = send(conduit.Socket(Other(source)), from, held, MSG_NOSIGNAL | more);
    if (n > 0)
    {
        (channel.pending ? channel.offset : m_offset) += static_cast<std::size_t>(n);
    }
    OnWriteResult(conduit, source, n);
    if (conduit.m_relay.From(source).Held() == 0)
    {
        channel.pending.reset();
    }
}

void
RelayIo::Drain(Conduit& conduit, Side source)
{
    Channel& channel = conduit.From(source);
    const ssize_t n = splice(channel.pipe->read.Get(),
                             nullptr,
                             conduit.Socket(Other(source)),
                             nullptr,
                             conduit.m_relay.From(source).Held(),
                             SPLICE_FLAGS);
    if (n > 0)
    {
        channel.inPipe -= static_cast<std::size_t>(n);
        channel.spliced += static_cast<std::uint64_t>(n);
        m_streamed = true;
    }
    OnWriteResult(conduit, source, n);
}

void
RelayIo::PassEnd(Conduit& conduit, Side source)
{
    // Where the other direction has ended too, closing the sockets tells as much.
    if (conduit.m_relay.From(Other(source)).EndPassed() ||
        shutdown(conduit.Socket(Other(source)), SHUT_WR) == 0)
    {
        conduit.m_relay.From(source).OnEndPassed();
        return;
    }
    // ENOTCONN: the sink was reset. Its error is still there to be read.
    conduit.m_relay.OnWriteFailed(Other(source), false);
}

/** Keeps what the sink did not take out of the shared buffer, and gives an idle pipe back. */
void
RelayIo::Tidy(Conduit& conduit, Side source)
{
    Channel& channel = conduit.From(source);
    const RelayDirection& direction = conduit.m_relay.From(source);
    const std::size_t held = direction.Held();
    // What is held lies in the pipe or in the buffer: a direction that has stopped streaming in
    // this pass has left an empty pipe.
    const bool isInBuffer = held > 0 && !direction.Splicing();
    if (held == 0 || isInBuffer)
    {
        ReturnPipe(channel);
    }
    if (isInBuffer && !channel.pending)
    {
        channel.pending = std::make_unique_for_overwrite<char[]>(held);
        channel.offset = 0;
        std::memcpy(channel.pending.get(), m_buffer.data() + m_offset, held);
    }
}

void
RelayIo::Release(Conduit& conduit)
{
    for (const Side source : {Side::CLIENT, Side::SERVER})
    {
        Channel& channel = conduit.From(source);
        channel.pending.reset();
        ReturnPipe(channel);
    }
}

void
RelayIo::ReturnPipe(Channel& channel)
{
    if (channel.pipe)
    {
        m_pipes.Return(std::move(*channel.pipe), channel.inPipe);
        channel.pipe.reset();
        channel.inPipe = 0;
    }
}

} // namespace sonda
