#include "realnet/balancer/monitor-service.h"
#include "realnet/common/clock.h"

/** The part of MonitorService that opens interfaces, and follows them as they come and go. */
namespace sonda
{

std::optional<Error>
MonitorService::Open()
{
    for (std::size_t i = 0; i < m_links.size(); ++i)
    {
        if (auto error = OpenLink(i))
        {
            return error;
        }
    }
    return std::nullopt;
}

void
MonitorService::Listen(MonitorLink& link)
{
    link.port->Start([this, &link](const Datagram& datagram) { Take(link, datagram); },
                     [this] { OnTableChanged(); });
}

/** Makes the socket of one interface anew, where that is there. */
std::optional<Error>
MonitorService::OpenLink(std::size_t slot)
{
    MonitorLink& link = *m_links[slot];
    link.droppedBefore = link.Dropped();
    link.port.reset();
    const auto& interface = m_follower.Slots().Get(slot).interface;
    if (!interface)
    {
        return std::nullopt;
    }
    Expected<UdpSocket> socket = UdpSocket::Open(interface->address, *interface);
    if (!socket)
    {
        return Error{"interface " + interface->name + ": " + socket.GetError().message};
    }
    link.interface = *interface;
    link.refreshed.reset();
    link.port = std::make_unique<DatagramPort>(m_io, std::move(*socket));
    return std::nullopt;
}

/** Something has happened to an interface: what is open on it is opened anew, and asks at once. */
bool
MonitorService::OnChange(std::size_t slot, const std::optional<Interface>& before)
{
    const auto error = OpenLink(slot);
    if (!error)
    {
        LogChange(slot, before);
    }
    else if (const auto silenced = m_openLog.Allow(Now()))
    {
        spdlog::error("no probes by {}; trying again{}", error->message, Silenced(*silenced));
    }
    if (MonitorLink& link = *m_links[slot]; link.port)
    {
        Listen(link);
        ProbeBy(link);
        ProbeKnown(link);
    }
    return !error;
}

/**
 * Asks each agent that was heard by an interface for itself. Behind an interface made anew this
 * proxy has another hardware address: agents would answer to the old one for a minute, as a request
 * to the group teaches them nothing. Before one to themselves the kernel asks (ARP, neighbour
 * discovery) and thereby tells.
 */
void
MonitorService::ProbeKnown(const MonitorLink& link)
{
    for (AgentIndex agent = 0; agent < m_places.Size(); ++agent)
    {
        if (m_places[agent].link == &link)
        {
            m_wanted.push_back(agent);
        }
    }
    SendWanted();
}

void
MonitorService::LogChange(std::size_t slot, const std::optional<Interface>& before)
{
    const InterfaceSlot& now = m_follower.Slots().Get(slot);
    if (now.interface)
    {
        spdlog::info("interface {}: probes leave by it{}",
                     ToString({*now.interface}),
                     before ? " anew" : " from now on");
        return;
    }
    const std::string wanted = now.wanted.empty() ? "the default interface" : now.wanted;
    spdlog::warn("probe request not sent by {}: {}; probes leave by it as soon as it is there",
                 before ? before->name : wanted,
                 now.why);
}

} // namespace sonda
