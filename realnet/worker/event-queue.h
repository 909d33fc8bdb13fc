#ifndef SONDA_REALNET_WORKER_EVENT_QUEUE_H
#define SONDA_REALNET_WORKER_EVENT_QUEUE_H

#include "realnet/common/descriptor.h"
#include "realnet/worker/last-looks.h"

#include <cstdint>
#include <span>
#include <sys/epoll.h>
#include <vector>

namespace sonda
{

class Connection;

/** What an epoll event is about; epoll keeps a pointer to it. */
struct EventTarget
{
    enum class Kind : unsigned char
    {
        LISTENER,
        WAKE_UP,
        CLIENT,
        SERVER,
    };

    Kind kind;
    Connection* connection{nullptr}; //!< of CLIENT and SERVER
    int listener{-1};                //!< of LISTENER: the socket
};

/**
 * One worker's epoll, edge-triggered: every socket is registered once and never changed. Used by
 * the worker's thread, but for Wake().
 */
class EventQueue
{
  public:
    /** \throw std::runtime_error the kernel gives no descriptor (at the start only) */
    EventQueue();

    /** \return epoll's descriptor, for an owner of level-triggered sockets. */
    int
    Get() const
    {
        return m_epoll.Get();
    }

    /** \param target must outlive the socket \return false: errno says why not */
    bool Register(int socket, EventTarget& target);

    /** Ends a Wait(), now or next, by an event of the kind WAKE_UP. Any thread. */
    void Wake();

    /** Takes that event back. */
    void TakeWake();

    /**
     * \param milliseconds to wait at most; -1: for ever
     * \param eagerly bytes have just streamed, and more may come at once: see LastLooks
     * \return events, valid until the next call
     */
    std::span<const epoll_event> Wait(int milliseconds, bool eagerly);

  private:
    Descriptor m_epoll;
    Descriptor m_wakeUp;
    EventTarget m_wakeUpEvents{EventTarget::Kind::WAKE_UP};
    std::vector<epoll_event> m_events;
    LastLooks m_looks;
};

} // namespace sonda

#endif
