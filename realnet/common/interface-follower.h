#ifndef SONDA_REALNET_COMMON_INTERFACE_FOLLOWER_H
#define SONDA_REALNET_COMMON_INTERFACE_FOLLOWER_H

#include "model/base/time.h"
#include "realnet/common/interface-slots.h"
#include "realnet/common/network-reader.h"

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <optional>

namespace sonda
{

/**
 * Watches the network (netlink) and tells when the interfaces that a program uses come, go or
 * change.
 *
 * Whatever the kernel tells, everything is read again: several of its changes come without a
 * message (an IPv4 route that goes with its link), and messages may be lost. Reading gets a
 * tenth of the time at most, however much a link flaps. Belongs to the thread that runs the
 * io_context.
 */
class InterfaceFollower
{
  public:
    /**
     * Acts on one slot: closes what was open on it, opens anew what it can.
     * \return whether that worked; else the slot is told of again, every RETRY
     */
    using OnChange = std::function<bool(std::size_t slot, const std::optional<Interface>& before)>;

    /** Is called behind every look. \return whether all is well; else there is another look soon */
    using OnSettled = std::function<bool()>;

    /** A second: what failed for want of descriptors or memory has had time to pass. */
    static constexpr Duration RETRY = std::chrono::seconds(1);

    /**
     * Hears of changes from now on.
     * \param io must outlive the follower \param slots as FindInterfaces() made them
     */
    InterfaceFollower(asio::io_context& io, InterfaceSlots slots);
    InterfaceFollower(const InterfaceFollower&) = delete;
    InterfaceFollower& operator=(const InterfaceFollower&) = delete;
    ~InterfaceFollower();

    /** Begins to tell, and looks at once: what has changed since FindInterfaces() is told of. */
    void Start(OnChange onChange, OnSettled onSettled);

    const InterfaceSlots&
    Slots() const
    {
        return m_slots;
    }

  private:
    NetworkWish Wish() const;
    void Open();
    void Close();
    void Wait();
    void TakeNews();
    void LookIn(Duration delay);
    void Look();
    void LogFault(const Error& error);

    InterfaceSlots m_slots;
    std::optional<NetworkNews> m_news;         //!< empty: could not be opened, and is tried again
    asio::posix::stream_descriptor m_readable; //!< waits for m_news; does not own it
    asio::steady_timer m_lookTimer;
    std::optional<Instant> m_lookAt; //!< when the timer will look
    Instant m_notBefore{};           //!< the next look
    OnChange m_onChange;
    OnSettled m_onSettled;
    bool m_isFaultTold{false};
};

} // namespace sonda

#endif
