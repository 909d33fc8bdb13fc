#include "realnet/agent/agent-sockets.h"

#include <fmt/format.h>
#include <utility>

namespace sonda
{

namespace
{

/** \return whether sockets can be bound to the address: it is one of this machine. */
bool
IsOurs(const std::string& address, const Interface& interface)
{
    return static_cast<bool>(UdpSocket::Open(address, interface));
}

} // namespace

AgentSockets::AgentSockets(asio::io_context& io, Settings settings, InterfaceSlots slots)
    : m_io(io),
      m_settings(std::move(settings)),
      m_follower(io, std::move(slots)),
      m_groups(m_follower.Slots().Size())
{
    const auto& first = m_follower.Slots().Get(0).interface;
    if (first && !m_settings.serve.address)
    {
        m_advertised = first->address;
    }
}

std::optional<Error>
AgentSockets::Open()
{
    for (std::size_t i = 0; i < m_groups.size(); ++i)
    {
        if (auto error = OpenGroup(i))
        {
            return error;
        }
    }
    return OpenReplies();
}

void
AgentSockets::Start(Hooks hooks)
{
    m_hooks = std::move(hooks);
    for (const auto& group : m_groups)
    {
        if (group)
        {
            Listen(*group);
        }
    }
    if (m_replies)
    {
        Listen(*m_replies);
    }
    for (std::size_t i = 0; i < m_groups.size(); ++i)
    {
        if (!m_groups[i])
        {
            LogChange(i, std::nullopt);
        }
    }
    m_follower.Start([this](std::size_t slot, const auto& before)
                     { return OnChange(slot, before); },
                     [this] { return OnSettled(); });
}

void
AgentSockets::Listen(DatagramPort& port)
{
    port.Start([this, &port](const Datagram& datagram) { m_hooks.onDatagram(port, datagram); },
               [this] { m_hooks.afterTurn(); });
}

void
AgentSockets::Drop(std::unique_ptr<DatagramPort>& port)
{
    m_dropped += port ? port->Socket().Dropped() : 0;
    port.reset();
}

/** Joins the group anew on one interface, where that is there. */
std::optional<Error>
AgentSockets::OpenGroup(std::size_t slot)
{
    Drop(m_groups[slot]);
    const auto& interface = Slots().Get(slot).interface;
    if (!interface)
    {
        return std::nullopt;
    }
    auto socket =
        UdpSocket::OpenGroup(m_settings.network.group, m_settings.network.port, *interface);
    if (!socket)
    {
        return Error{"interface " + interface->name + ": " + socket.GetError().message};
    }
    m_groups[slot] = std::make_unique<DatagramPort>(m_io, std::move(*socket));
    return std::nullopt;
}

/** The advertised address where it is ours, else the interface's: a source check needs the first.
 */
Expected<UdpSocket>
AgentSockets::MakeReplySocket(const Interface& interface)
{
    const std::string wanted = m_settings.serve.address.value_or(interface.address);
    Expected<UdpSocket> socket = UdpSocket::Open(wanted, interface);
    m_repliesFrom = wanted;
    if (socket || !m_settings.serve.address)
    {
        return socket;
    }
    if (m_settings.isSigned)
    {
        return Error{"with --key-file responses must come from the advertised address, but " +
                     socket.GetError().message};
    }
    spdlog::warn("{} is not an address of this machine: responses come from {}, and monitors that "
                 "check the source refuse them",
                 wanted,
                 interface.address);
    m_repliesFrom = interface.address;
    return UdpSocket::Open(interface.address, interface);
}

std::optional<Error>
AgentSockets::OpenReplies()
{
    Drop(m_replies);
    const auto present = Slots().Present();
    if (present.empty())
    {
        return std::nullopt;
    }
    auto socket = MakeReplySocket(present.front());
    if (!socket)
    {
        return socket.GetError();
    }
    m_noReplies.clear();
    m_replies = std::make_unique<DatagramPort>(m_io, std::move(*socket));
    return std::nullopt;
}

/** Something has happened to an interface: what is open on it is opened anew. */
bool
AgentSockets::OnChange(std::size_t slot, const std::optional<Interface>& before)
{
    const auto error = OpenGroup(slot);
    if (m_groups[slot])
    {
        Listen(*m_groups[slot]);
    }
    if (error)
    {
        LogNoReplies(error->message);
    }
    else
    {
        LogChange(slot, before);
    }
    if (slot == 0 && !m_settings.serve.address)
    {
        FollowAddress(before);
    }
    m_repliesFrom.clear(); // to be opened anew, when all slots are as they shall be
    return !error;
}

/** The address that is advertised may be another now. */
void
AgentSockets::FollowAddress(const std::optional<Interface>& before)
{
    const auto& now = Slots().Get(0).interface;
    if (!now || now->address == m_advertised)
    {
        return;
    }
    if (m_replies && before && IsOurs(m_advertised, *now))
    {
        m_hooks.onLeaving();
    }
    m_advertised = now->address;
    m_hooks.onAddress(m_advertised);
}

/** All slots are dealt with: the socket of the responses may have to follow. */
bool
AgentSockets::OnSettled()
{
    const auto present = Slots().Present();
    const auto& wanted = m_settings.serve.address;
    // An address that --serve names may be on any interface: it comes and goes unseen by the slots.
    const bool isOutdated = wanted && !present.empty() &&
                            (m_repliesFrom == *wanted) != IsOurs(*wanted, present.front());
    if (!isOutdated && m_replies && !m_repliesFrom.empty())
    {
        return true;
    }
    if (const auto error = OpenReplies())
    {
        LogNoReplies(error->message);
        return false;
    }
    if (m_replies)
    {
        Listen(*m_replies);
        spdlog::info("responses come from {}", m_repliesFrom);
    }
    return true;
}

/** Once for each reason. */
void
AgentSockets::LogNoReplies(const std::string& why)
{
    if (std::exchange(m_noReplies, why) != why)
    {
        spdlog::error("requests are not answered: {}; trying again", why);
    }
}

void
AgentSockets::LogChange(std::size_t slot, const std::optional<Interface>& before)
{
    const InterfaceSlot& now = Slots().Get(slot);
    if (!now.interface)
    {
        const std::string wanted = now.wanted.empty() ? "the default interface" : now.wanted;
        spdlog::warn("no requests are heard by {}: {}; they are as soon as it is there",
                     before ? before->name : wanted,
                     now.why);
    }
    else
    {
        spdlog::info("interface {}: group joined{}",
                     ToString({*now.interface}),
                     before ? " anew" : "");
    }
}

std::optional<Error>
AgentSockets::Send(std::string_view bytes, const std::string& address, std::uint16_t port)
{
    if (!m_replies)
    {
        return Error{"there is no address to send from"};
    }
    return m_replies->Socket().Send(bytes, address, port);
}

std::uint64_t
AgentSockets::Dropped() const
{
    std::uint64_t dropped = m_dropped + (m_replies ? m_replies->Socket().Dropped() : 0);
    for (const auto& group : m_groups)
    {
        dropped += group ? group->Socket().Dropped() : 0;
    }
    return dropped;
}

} // namespace sonda
