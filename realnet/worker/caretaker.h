#ifndef SONDA_REALNET_WORKER_CARETAKER_H
#define SONDA_REALNET_WORKER_CARETAKER_H

#include "realnet/worker/connection.h"
#include "realnet/worker/relay-settings.h"

#include <memory>
#include <optional>

namespace sonda
{

/**
 * Looks whether the peers of connections are still there. A host that vanishes says nothing. What
 * was sent to it stays unacknowledged, and the kernel sends it again for a quarter of an hour.
 * TCP_USER_TIMEOUT would end that, but also a connection whose peer answers and just does not read,
 * so the sockets are asked, again and again while a peer owes something; one that owes nothing is
 * left in peace until more is sent. Silent servers get the kernel's keep-alive.
 *
 * Used by one worker's thread; owns no connection.
 */
class Caretaker
{
  public:
    explicit Caretaker(std::shared_ptr<const RelaySettings> settings);

    void
    SetSettings(std::shared_ptr<const RelaySettings> settings)
    {
        m_settings = std::move(settings);
    }

    /** The connection stands. Young ones need no care: most end before. */
    void Begin(Connection& connection, Instant now);

    /** Something may have moved, and may be owed. */
    void OnServed(Connection& connection, Instant now);

    /** A peer that is gone. */
    struct Loss
    {
        Connection& connection;
        Side side;
    };

    /** Examines who is due. \return the first whose peer has vanished; to be asked again then */
    std::optional<Loss> Examine(Instant now);

    std::optional<Instant> NextDue();

  private:
    std::optional<Side> Vanished(Connection& connection, Instant now);

    std::shared_ptr<const RelaySettings> m_settings;
    TimeoutQueue m_young;
    TimeoutQueue m_grown;
};

} // namespace sonda

#endif
