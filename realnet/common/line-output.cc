#include "realnet/common/line-output.h"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace sonda
{

std::uint64_t
LineOutput::Write(std::string_view lines)
{
    if (m_isTorn && WriteBytes("\n") == 1)
    {
        m_isTorn = false;
    }
    const std::size_t written = m_isTorn ? 0 : WriteBytes(lines);
    if (written == lines.size())
    {
        return 0;
    }
    m_isTorn = m_isTorn || (written > 0 && lines[written - 1] != '\n');
    const auto whole = std::count(lines.begin(), lines.begin() + written, '\n');
    return static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n') - whole);
}

/** \return how many were written; fewer than all: errno says why */
std::size_t
LineOutput::WriteBytes(std::string_view bytes)
{
    std::size_t written = 0;
    while (written < bytes.size())
    {
        const ssize_t n = write(m_descriptor.Get(), bytes.data() + written, bytes.size() - written);
        if (n >= 0)
        {
            written += static_cast<std::size_t>(n);
            continue;
        }
        if (errno == EAGAIN)
        {
            // Whoever shares the descriptor has made it non-blocking.
            pollfd writable{m_descriptor.Get(), POLLOUT, 0};
            poll(&writable, 1, -1);
        }
        else if (errno != EINTR)
        {
            break;
        }
    }
    return written;
}

} // namespace sonda
