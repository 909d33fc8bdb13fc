#ifndef SONDA_MODEL_CONTROL_REQUEST_ORDER_H
#define SONDA_MODEL_CONTROL_REQUEST_ORDER_H

#include "model/base/time.h"
#include "model/protocol/pdu.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sonda
{

/**
 * Tells new signed requests from recorded ones by their stamps (ProbeRequest::Order).
 *
 * Of one monitor each request has a greater stamp than all before it; requests that overtook each
 * other on the way are taken for up to a second. A monitor that is new at an address begins above
 * everything heard from there: so what a monitor of the past has sent is not believed either, while
 * several monitors of one host keep orders of their own. An address that has once stamped must go
 * on. It is forgotten after MAX_HOLD without a request that was taken: a host whose clock was set
 * back then is heard again.
 *
 * Bounded: MOST_MONITORS; of more, the one heard longest ago goes. Not thread-safe.
 */
class RequestOrder
{
  public:
    static constexpr std::size_t MOST_MONITORS = 64;

    /**
     * To be asked once for each authentic request.
     * \param address of the sender
     * \return whether it is new; it is remembered then
     */
    bool Take(const ProbeRequest& request, const std::string& address, Instant now);

  private:
    /** The last stamps taken; enough for the requests that are on their way at once. */
    static constexpr std::size_t RECENT = 16;

    struct Monitor
    {
        std::string address;
        std::string id;
        std::uint64_t last{0};                      //!< the greatest stamp
        std::uint64_t floor{0};                     //!< what is not above it is old
        std::array<std::uint64_t, RECENT> recent{}; //!< stamps above the floor that were taken
        std::size_t next{0};                        //!< in `recent`, to be overwritten
        Instant heard;
    };

    void Forget(Instant now);
    bool TakeNext(Monitor& monitor, std::uint64_t stamp, Instant now);
    void Add(const ProbeRequest::Order& order, const std::string& address, Instant now);

    std::vector<Monitor> m_monitors;
};

} // namespace sonda

#endif
