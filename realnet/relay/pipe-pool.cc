#include "realnet/relay/pipe-pool.h"

#include <array>
#include <fcntl.h>

namespace sonda
{

PipePool::PipePool(std::size_t most)
    : m_most(most)
{
}

std::optional<Pipe>
PipePool::Take()
{
    if (!m_idle.empty())
    {
        Pipe pipe = std::move(m_idle.back());
        m_idle.pop_back();
        return pipe;
    }
    if (m_size >= m_most)
    {
        return std::nullopt;
    }
    auto pipe = Make();
    m_size += pipe ? 1 : 0;
    return pipe;
}

std::optional<Pipe>
PipePool::Make() const
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0)
    {
        return std::nullopt;
    }
    Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1]), 0};
    // It may be refused (EPERM); what the pipe then has is read back.
    fcntl(ends[1], F_SETPIPE_SZ, m_size < LARGE_PIPES ? LARGE_BYTES : MEDIUM_BYTES);
    const int capacity = fcntl(ends[1], F_GETPIPE_SZ);
    if (capacity < static_cast<int>(LEAST_BYTES))
    {
        return std::nullopt;
    }
    pipe.capacity = static_cast<std::size_t>(capacity);
    return pipe;
}

void
PipePool::Return(Pipe pipe, std::size_t held)
{
    if (held > 0)
    {
        --m_size; // the destructor closes it
        return;
    }
    m_idle.push_back(std::move(pipe));
}

} // namespace sonda
