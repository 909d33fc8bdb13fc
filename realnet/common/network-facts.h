#ifndef SONDA_REALNET_COMMON_NETWORK_FACTS_H
#define SONDA_REALNET_COMMON_NETWORK_FACTS_H

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/**
 * What the kernel tells of links, addresses and routes (rtnetlink(7)), and the reading of its
 * messages. Pure functions over bytes; any thread.
 */
namespace sonda
{

/** A network interface, up or not, with addresses or without. */
struct LinkFacts
{
    int index{0};
    std::string name;
    bool isUp{false}; //!< by the administrator; whether a cable is in does not matter
    bool isLoopback{false};
    bool isPointToPoint{false}; //!< a tunnel: no LAN is behind it
};

/** An address of this machine. */
struct AddressFacts
{
    int index{0}; //!< of its link
    int family{0};
    std::string address; //!< as text
    unsigned prefixLength{0};
    std::uint32_t flags{0}; //!< IFA_F_…; what bit 0 means depends on the family
    std::uint8_t scope{0};  //!< RT_SCOPE_…
    bool hasPeer{false};    //!< the prefix is the other end of a point-to-point link
    /** Seconds for which new connections should use it; all ones: for ever. */
    std::uint32_t preferredSeconds{0xFFFFFFFF};
    std::uint32_t created{0}; //!< hundredths of a second since the start of the machine
};

/** A default route of the main table that leads somewhere. */
struct DefaultRouteFacts
{
    int family{0};
    int index{0}; //!< of its link
    std::uint32_t metric{0};
};

/** All of it, each in the kernel's order. */
struct NetworkFacts
{
    std::vector<LinkFacts> links;
    std::vector<AddressFacts> addresses;
    std::vector<DefaultRouteFacts> defaultRoutes;
};

/** What came from the kernel in one or several datagrams. */
struct NetworkMessages
{
    NetworkFacts there;                      //!< told of as new or present
    std::vector<int> linksGone;              //!< indexes
    std::vector<AddressFacts> addressesGone; //!< without their lifetimes
    bool isLast{false};                      //!< an answer ends here
    bool isInterrupted{false}; //!< what was asked for changed meanwhile: the answer has gaps
    int failure{0};            //!< errno of a refused question, else 0
};

/**
 * Adds what a datagram of the kernel says. Messages of other kinds, and those that are cut short or
 * contradict themselves, add nothing.
 * \param bytes netlink messages as the kernel wrote them
 */
void ParseNetworkMessages(std::span<const std::byte> bytes, NetworkMessages& to);

} // namespace sonda

#endif
