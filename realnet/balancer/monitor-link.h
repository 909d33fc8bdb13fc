#ifndef SONDA_REALNET_BALANCER_MONITOR_LINK_H
#define SONDA_REALNET_BALANCER_MONITOR_LINK_H

#include "model/control/monitor.h"
#include "realnet/common/clock.h"
#include "realnet/common/datagram-port.h"
#include "realnet/common/interface.h"
#include "realnet/common/link.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace sonda
{

/**
 * The monitor of one interface, with nonces and a socket of its own: what arrives there answers
 * what was asked there. The socket comes and goes with the interface. Belongs to the control
 * thread.
 */
struct MonitorLink
{
    MonitorLink(const MonitorOptions& options, std::optional<Keyring> keyring)
        : monitor(options, std::move(keyring))
    {
    }

    std::uint64_t
    Dropped() const
    {
        return droppedBefore + (port ? port->Socket().Dropped() : 0);
    }

    /** To be called before each round: addresses come and go, and clocks are set. */
    void
    Refresh(Instant now)
    {
        // Not more often: listing addresses takes 0.1 ms and more.
        if (!refreshed || now - *refreshed >= std::chrono::seconds(1))
        {
            monitor.SetLink(LinkOf(interface));
            monitor.SetTimeOfDay(TimeOfDayOffset());
            m_admitsLoopback = AdmitsLoopbackSources(interface);
            refreshed = now;
        }
    }

    /** \return where the datagram came from; the kernel keeps loopback sources out of other links.
     */
    Sender
    SenderOf(const Datagram& datagram) const
    {
        const bool isLocal = IsLoopback(datagram.address) && !m_admitsLoopback;
        return {datagram.address, datagram.isByLoopback || isLocal};
    }

    Interface interface; //!< where requests leave; while it is not there, the last one
    Monitor monitor;
    std::unique_ptr<DatagramPort> port; //!< bound to its address; null: it is not there
    std::uint64_t droppedBefore{0};     //!< by sockets that are closed
    std::optional<Instant> refreshed;   //!< empty: the interface is another one

  private:
    bool m_admitsLoopback{true};
};

} // namespace sonda

#endif
