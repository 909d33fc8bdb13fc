#ifndef SONDA_REALNET_COMMON_NETWORK_READER_H
#define SONDA_REALNET_COMMON_NETWORK_READER_H

#include "model/base/error.h"
#include "realnet/common/descriptor.h"
#include "realnet/common/network-facts.h"

namespace sonda
{

/** What to read, or to hear of. */
struct NetworkWish
{
    int family{0}; //!< AF_INET or AF_INET6: whose addresses and routes; links have none
    /** Default routes, too; a router may have 10⁶ routes, and all of them are read for that. */
    bool wantsRoutes{false};
};

/**
 * Asks the kernel (rtnetlink, needs no rights). It answers at once; any thread.
 * \return links, addresses and routes as they are now
 */
Expected<NetworkFacts> ReadNetwork(const NetworkWish& wish);

/**
 * The kernel's word of every change: a socket that becomes readable then. Never blocks; whoever
 * owns it waits for readability. Movable; not thread-safe.
 */
class NetworkNews
{
  public:
    /** \return it, hearing of all changes from now on, or why the kernel does not tell of them */
    static Expected<NetworkNews> Open(const NetworkWish& wish);

    /** What has happened since the last call. */
    struct Taken
    {
        NetworkMessages messages;
        bool isComplete{true}; //!< false: the kernel lost some because nobody took them in time
    };

    Taken Take();

    int
    Handle() const
    {
        return m_netlink.Get();
    }

  private:
    explicit NetworkNews(Descriptor netlink)
        : m_netlink(std::move(netlink))
    {
    }

    Descriptor m_netlink;
};

} // namespace sonda

#endif
