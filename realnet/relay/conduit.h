#ifndef SONDA_REALNET_RELAY_CONDUIT_H
#define SONDA_REALNET_RELAY_CONDUIT_H

#include "model/connection/relay.h"
#include "realnet/common/descriptor.h"
#include "realnet/relay/pipe-pool.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace sonda
{

/** What one direction holds between two passes: nothing, as a rule. */
struct Channel
{
    std::unique_ptr<char[]> pending; //!< what the sink did not take of the last read
    std::size_t offset{0};           //!< where it begins
    std::optional<Pipe> pipe;        //!< lent by the pool while the direction streams
    std::size_t inPipe{0};           //!< bytes in the pipe, also when the relay has given them up
    std::uint64_t bytes{0};          //!< delivered so far
    std::uint64_t spliced{0};        //!< of those, through the pipe
    bool heard{false};               //!< the source has sent a byte, or ended
};

/**
 * The two sockets of a relayed connection and what is between them: all that a RelayIo needs to
 * know of it. Owns both sockets. A pipe that is lent to it goes back by RelayIo::Release() before
 * it ends. Used by one thread.
 */
class Conduit
{
  public:
    /** \param client its socket; that of the server may come later */
    explicit Conduit(Descriptor client)
        : m_client(std::move(client))
    {
    }

    int
    Socket(Side side) const
    {
        return side == Side::CLIENT ? m_client.Get() : m_server.Get();
    }

    /** What is on its way from \p side. */
    Channel&
    From(Side side)
    {
        return m_channels[static_cast<std::size_t>(side)];
    }

    const Channel&
    From(Side side) const
    {
        return m_channels[static_cast<std::size_t>(side)];
    }

    /** \return whether neither end has sent a byte, or ended. */
    bool
    IsUntouched() const
    {
        return !From(Side::CLIENT).heard && !From(Side::SERVER).heard;
    }

    Descriptor m_client;
    Descriptor m_server;
    Relay m_relay;

  private:
    std::array<Channel, 2> m_channels;
};

} // namespace sonda

#endif
