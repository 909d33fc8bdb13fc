#ifndef SONDA_REALNET_WORKER_GREETER_H
#define SONDA_REALNET_WORKER_GREETER_H

#include "model/connection/timeout-queue.h"
#include "realnet/worker/connection.h"
#include "realnet/worker/relay-settings.h"

#include <memory>
#include <optional>

namespace sonda
{

/**
 * One worker's headers of the PROXY protocol: takes those that trusted clients must send before
 * anything else, within the connect timeout, and sends servers theirs. Owns no connection; those
 * that it waits for are in its queue. Used by the worker's thread.
 */
class Greeter
{
  public:
    enum class Outcome
    {
        INCOMPLETE, //!< more bytes must come, which are another event
        TAKEN,      //!< the connection has the ends that it stands for, and waits no longer
        GONE,       //!< the client has left without a byte, or was reset
        BAD,        //!< what has come is no header, or ended within it
    };

    explicit Greeter(std::shared_ptr<const RelaySettings> settings);

    /** Goes over to other settings; clients that wait get the new timeout, too. */
    void SetSettings(std::shared_ptr<const RelaySettings> settings, Instant now);

    /** \return whether the client must send a header. */
    bool IsTrusted(const Connection& connection) const;

    /** Has the client's time begin; it ends by a Take(), or by whoever ends the connection. */
    void Await(Connection& connection, Instant now);

    /** Takes the header if it is there, and not a byte of what follows it. To be called again after
     * the client's next event as long as it is INCOMPLETE. */
    Outcome Take(Connection& connection);

    /** \return whether servers get a header. */
    bool Greets() const;

    /** Sends the server the header that it must get, if any, by the first bytes that it gets.
     * \return whether it has all of it; else errno says why not */
    bool Send(const Connection& connection) const;

    /** \return a connection whose client's time is over. It stays in the queue. */
    Connection*
    Due(Instant now)
    {
        TimeoutEntry* const entry = m_waiting.Due(now);
        return entry ? &static_cast<SideTimeout*>(entry)->connection : nullptr;
    }

    /** \return when Due() will have one. */
    std::optional<Instant>
    NextDue()
    {
        return m_waiting.NextDue();
    }

  private:
    std::shared_ptr<const RelaySettings> m_settings;
    TimeoutQueue m_waiting;
};

} // namespace sonda

#endif
