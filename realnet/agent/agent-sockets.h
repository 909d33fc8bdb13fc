#ifndef SONDA_REALNET_AGENT_AGENT_SOCKETS_H
#define SONDA_REALNET_AGENT_AGENT_SOCKETS_H

#include "realnet/common/datagram-port.h"
#include "realnet/common/interface-follower.h"
#include "realnet/common/option-values.h"
#include "realnet/common/probe-options.h"

#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/**
 * The sockets of an agent: one in the group on each interface, where requests arrive, and one where
 * responses leave from, and requests for this agent alone arrive.
 *
 * They follow the network. An interface that comes back is joined again; one that is not there yet
 * is waited for. Without an address in --serve the agent advertises the interface's, and
 * takes another where that one leaves the machine, or where one comes that will last longer.
 * Belongs to the thread that runs the io_context.
 */
class AgentSockets
{
  public:
    struct Settings
    {
        ProbeNetwork network;
        AddressAndPort serve; //!< without address: the first interface's is advertised
        bool isSigned{false}; //!< responses must then come from the advertised address
    };

    struct Hooks
    {
        std::function<void(DatagramPort& port, const Datagram& datagram)> onDatagram;
        std::function<void()> afterTurn; //!< behind every row of datagrams
        /** The advertised address is about to be given up, and can still be sent from. */
        std::function<void()> onLeaving;
        /** From now on this address is advertised. */
        std::function<void(const std::string& address)> onAddress;
    };

    /** \param io must outlive the object */
    AgentSockets(asio::io_context& io, Settings settings, InterfaceSlots slots);

    /** Opens what can be opened now. \return why an interface that is there cannot be used */
    std::optional<Error> Open();

    /** Begins to read and to follow the network. */
    void Start(Hooks hooks);

    /** Whether responses must come from the advertised address may change with a reload. */
    void
    SetSigned(bool isSigned)
    {
        m_settings.isSigned = isSigned;
    }

    /** \return whether there is an address to answer from. */
    bool
    CanSend() const
    {
        return m_replies != nullptr;
    }

    /** \return nothing when it was sent, else why not. */
    std::optional<Error> Send(std::string_view bytes,
                              const std::string& address,
                              std::uint16_t port);

    /** \return how many datagrams the kernel dropped because nobody fetched them in time. */
    std::uint64_t Dropped() const;

    const InterfaceSlots&
    Slots() const
    {
        return m_follower.Slots();
    }

  private:
    bool OnChange(std::size_t slot, const std::optional<Interface>& before);
    bool OnSettled();
    void LogChange(std::size_t slot, const std::optional<Interface>& before);
    std::optional<Error> OpenGroup(std::size_t slot);
    void FollowAddress(const std::optional<Interface>& before);
    std::optional<Error> OpenReplies();
    Expected<UdpSocket> MakeReplySocket(const Interface& interface);
    void Listen(DatagramPort& port);
    void Drop(std::unique_ptr<DatagramPort>& port);
    void LogNoReplies(const std::string& why);

    asio::io_context& m_io;
    Settings m_settings;
    InterfaceFollower m_follower;
    Hooks m_hooks;
    std::vector<std::unique_ptr<DatagramPort>> m_groups; //!< by slot; null: not there
    std::unique_ptr<DatagramPort> m_replies;             //!< null: no address to answer from
    std::string m_repliesFrom;                           //!< address of m_replies
    std::string m_advertised;   //!< the interface's; empty: none yet, or --serve names one
    std::string m_noReplies;    //!< why there are none, as it was logged
    std::uint64_t m_dropped{0}; //!< by sockets that are closed
};

} // namespace sonda

#endif
