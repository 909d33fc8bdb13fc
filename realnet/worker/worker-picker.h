#ifndef SONDA_REALNET_WORKER_WORKER_PICKER_H
#define SONDA_REALNET_WORKER_WORKER_PICKER_H

#include "model/connection/picker.h"
#include "realnet/balancer/shared-balancer.h"
#include "realnet/worker/connection.h"

#include <functional>
#include <optional>

namespace sonda
{

/** One worker's way to the balancer that all workers share, and its place in their waiting line. */
class WorkerPicker : public Picker
{
  public:
    /** \param balancer must outlive the picker \param wake see SharedBalancer::AddLine() */
    WorkerPicker(SharedBalancer& balancer, std::function<void()> wake)
        : m_balancer(balancer),
          m_line(balancer.AddLine(std::move(wake)))
    {
    }

    /** Says who is the first of this worker that waits, if that has changed.
     * \param waitBy by when it must have been served; empty: nobody waits */
    void
    SetFirstWaiting(std::optional<Instant> waitBy)
    {
        if (waitBy != m_waitBy)
        {
            m_waitBy = waitBy;
            m_balancer.SetLine(m_line, waitBy);
        }
    }

    Picked
    Pick(ConnectionLife& life, Instant) override
    {
        // Who is tried again had its turn.
        const bool hasTurn = life.GetStage() == ConnectionLife::Stage::CONNECTING;
        const bool waits = life.GetStage() == ConnectionLife::Stage::WAITING;
        auto answer = m_balancer.Dispatch(hasTurn ? Turn::HAS_COME
                                          : waits ? Turn::IN_LINE
                                                  : Turn::AT_THE_END,
                                          m_line);
        if (!answer.target)
        {
            return {std::nullopt, answer.at, answer.heldBack};
        }
        auto& connection = static_cast<Connection&>(life);
        connection.m_target = std::move(*answer.target);
        return {connection.m_target.agent, answer.at};
    }

    void
    Connected(AgentIndex agent, Instant dispatched, Instant) override
    {
        m_balancer.Connected(agent, dispatched);
    }

    void
    Ended(AgentIndex agent, Instant dispatched, const Ending& ending, Instant) override
    {
        m_balancer.Ended(agent, dispatched, ending, m_line);
    }

  private:
    SharedBalancer& m_balancer;
    std::size_t m_line;
    std::optional<Instant> m_waitBy;
};

} // namespace sonda

#endif
