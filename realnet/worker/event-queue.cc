#include "realnet/worker/event-queue.h"

#include "realnet/common/clock.h"

#include <algorithm>
#include <stdexcept>
#include <sys/eventfd.h>
#include <thread>

namespace sonda
{

namespace
{

constexpr std::size_t EVENTS_PER_TURN = 256;

/** The longest time of looking again before sleeping, see LastLooks. */
constexpr Duration LOOKING = std::chrono::microseconds(200);

Descriptor
MakeDescriptor(int fd, const char* what)
{
    if (fd < 0)
    {
        throw std::runtime_error(SystemError(what).message); // start-up
    }
    return Descriptor(fd);
}

} // namespace

EventQueue::EventQueue()
    : m_epoll(MakeDescriptor(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      m_wakeUp(MakeDescriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")),
      m_events(EVENTS_PER_TURN)
{
    if (!Register(m_wakeUp.Get(), m_wakeUpEvents))
    {
        throw std::runtime_error(SystemError("epoll_ctl").message);
    }
}

bool
EventQueue::Register(int socket, EventTarget& target)
{
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &target;
    return epoll_ctl(m_epoll.Get(), EPOLL_CTL_ADD, socket, &event) == 0;
}

void
EventQueue::Wake()
{
    eventfd_write(m_wakeUp.Get(), 1);
}

void
EventQueue::TakeWake()
{
    eventfd_t count = 0;
    eventfd_read(m_wakeUp.Get(), &count);
}

std::span<const epoll_event>
EventQueue::Wait(int milliseconds, bool eagerly)
{
    const auto wait = [this](int most)
    {
        const int n =
            epoll_wait(m_epoll.Get(), m_events.data(), static_cast<int>(m_events.size()), most);
        return static_cast<std::size_t>(std::max(n, 0));
    };
    std::size_t n = 0;
    if (eagerly)
    {
        const Instant end = Now() + LOOKING;
        // Where others keep the core busy, a few looks take as long as what may be due.
        for (int looks = m_looks.Count(); looks > 0 && n == 0 && Now() < end; --looks)
        {
            std::this_thread::yield();
            n = wait(0);
        }
        m_looks.Learn(n > 0);
    }
    n = n > 0 ? n : wait(milliseconds);
    return std::span(m_events).first(n);
}

} // namespace sonda
