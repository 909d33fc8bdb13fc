#ifndef SONDA_REALNET_PROXY_MONITOR_LINK_H
#define SONDA_REALNET_PROXY_MONITOR_LINK_H

#include "model/control/monitor.h"
#include "realnet/common/clock.h"
#include "realnet/common/datagram-port.h"
#include "realnet/common/interface.h"
#include "realnet/common/link.h"

#include <asio/io_context.hpp>
#include <optional>
#include <utility>

namespace sonda
{

/**
 * The monitor of one interface, with nonces and a socket of its own: what arrives there answers
 * what was asked there. Belongs to the control thread.
 */
struct MonitorLink
{
    /** What it is made of; the socket is bound to the interface's address. */
    struct Parts
    {
        Interface interface;
        UdpSocket socket;
    };

    MonitorLink(asio::io_context& io,
                Parts parts,
                const MonitorOptions& options,
                std::optional<Keyring> keyring)
        : interface(std::move(parts.interface)),
          monitor(options, std::move(keyring)),
          port(io, std::move(parts.socket))
    {
    }

    /** To be called before each round: addresses come and go, and clocks are set. */
    void
    Refresh(Instant now)
    {
        // Not more often: listing addresses takes 0.1 ms and more.
        if (!m_refreshed || now - *m_refreshed >= std::chrono::seconds(1))
        {
            monitor.SetLink(LinkOf(interface));
            monitor.SetTimeOfDay(TimeOfDayOffset());
            m_admitsLoopback = AdmitsLoopbackSources(interface);
            m_refreshed = now;
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

    Interface interface;
    Monitor monitor;
    DatagramPort port;

  private:
    std::optional<Instant> m_refreshed;
    bool m_admitsLoopback{true};
};

} // namespace sonda

#endif
