#ifndef SONDA_MODEL_CONNECTION_CONNECTION_LIFE_H
#define SONDA_MODEL_CONNECTION_CONNECTION_LIFE_H

#include "model/connection/side.h"
#include "model/connection/timeout-queue.h"
#include "model/table/agent-status.h"

#include <cstdint>
#include <optional>

namespace sonda
{

/**
 * How far the connection of one client is, from accept to end:
 *
 *     NEW → (WAITING ↔ CONNECTING) → STANDING → SETTLING → ENDED
 *
 * An end may come at every stage; STANDING goes back to CONNECTING when an untouched connection is
 * tried anew. Only its Dispatcher changes it. Owned by whoever moves its bytes, as a rule by
 * inheritance; may be destroyed once it has ENDED, or before it is served. Not thread-safe.
 */
class ConnectionLife : public TimeoutEntry
{
  public:
    enum class Stage : unsigned char
    {
        NEW,        //!< accepted; not asked for an agent yet
        WAITING,    //!< no agent can take it now; in the waiting line
        CONNECTING, //!< dispatched; its server is being connected to
        STANDING,   //!< bytes are relayed
        SETTLING,   //!< one end is gone; the other has not yet acknowledged all that came before
        ENDED,
    };

    /** \param begun when the client was accepted */
    explicit ConnectionLife(Instant begun)
        : m_begun(begun)
    {
    }

    Stage
    GetStage() const
    {
        return m_stage;
    }

    bool
    IsStanding() const
    {
        return m_stage == Stage::STANDING;
    }

    bool
    HasEnded() const
    {
        return m_stage == Stage::ENDED;
    }

    /** \return to whom it was dispatched last; only after a dispatch. */
    AgentIndex
    Agent() const
    {
        return m_agent;
    }

    /** \return when it was dispatched last; only after a dispatch. */
    Instant
    Dispatched() const
    {
        return m_dispatched;
    }

    Instant
    Begun() const
    {
        return m_begun;
    }

    /** \return dispatches that came to nothing. */
    std::uint32_t
    Retries() const
    {
        return m_retries;
    }

    /** \return whether it ever had to wait for an agent. */
    bool
    HasWaited() const
    {
        return m_waitBy.has_value();
    }

  private:
    friend class Dispatcher;

    Instant m_begun;
    Instant m_dispatched{};
    std::optional<Instant> m_waitBy;   //!< since it first waited
    std::optional<Instant> m_serverBy; //!< it must stand by then; empty: it stands, or is NEW
    std::optional<Instant> m_stood;    //!< since when
    Instant m_settleBy{};              //!< SETTLING: no later than this
    AgentIndex m_agent{0};
    std::uint32_t m_retries{0};
    std::uint32_t m_resets{0}; //!< of those, after a reset
    Stage m_stage{Stage::NEW};
    bool m_admitted{false};           //!< counts as one of the proxy's connections
    bool m_out{false};                //!< the picker must be told how its dispatch ends
    std::optional<Side> m_endedFirst; //!< whose end of stream was passed on first
    Side m_gone{Side::CLIENT};        //!< SETTLING: who broke off
};

} // namespace sonda

#endif
