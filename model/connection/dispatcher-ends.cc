#include "model/base/require.h"
#include "model/connection/dispatcher.h"

/** The part of Dispatcher that ends dispatches and lives. */
namespace sonda
{

using Stage = ConnectionLife::Stage;

/** The picker learns once how a dispatch ended. */
void
Dispatcher::Settle(ConnectionLife& life, const Ending& ending, Instant now)
{
    if (!life.m_out)
    {
        return;
    }
    Require(m_out > 0, "more dispatches have ended than began");
    --m_out;
    life.m_out = false;
    m_isLineDue = m_isLineDue || m_waiting.First() != nullptr;
    m_picker.Ended(life.m_agent, life.m_dispatched, ending, now);
}

void
Dispatcher::OnMoved(ConnectionLife& life, Instant now)
{
    Require(life.m_stage == Stage::STANDING, "bytes of a connection that does not stand");
    (life.m_endedFirst ? m_halfClosed : m_idle).Restart(life, now);
}

void
Dispatcher::OnHalfClosed(ConnectionLife& life, std::optional<Side> first, Instant now)
{
    Require(life.m_stage == Stage::STANDING, "the end of a connection that does not stand");
    life.m_endedFirst = life.m_endedFirst ? life.m_endedFirst : first;
    m_halfClosed.Restart(life, now);
}

void
Dispatcher::OnFinished(ConnectionLife& life, bool serverSilent, Instant now)
{
    Require(life.m_stage == Stage::STANDING, "the end of a connection that does not stand");
    const bool isEmpty = serverSilent && life.m_endedFirst != Side::CLIENT;
    Settle(life, Ending::Completed(Duration(0), true, isEmpty), now);
    End(life, How::FINISHED, life.m_endedFirst, now);
}

void
Dispatcher::OnAborted(ConnectionLife& life,
                      Side gone,
                      bool untouched,
                      bool serverSilent,
                      Instant now)
{
    Require(life.m_stage == Stage::STANDING, "the reset of a connection that does not stand");
    const bool byServer = gone == Side::SERVER;
    // A client that breaks off says nothing about the agent.
    Settle(life, Ending::Completed(Duration(0), !byServer, byServer && serverSilent), now);
    if (byServer && untouched && life.m_retries < m_rules.retriesAfterReset)
    {
        TryAgain(life, Retry::RESET, now);
        return;
    }
    life.m_stage = Stage::SETTLING;
    life.m_gone = gone;
    life.m_settleBy = After(now, m_rules.halfClosed);
    Look(life, now);
}

/** A reset throws away what is still on its way to the end that is left, so it waits for that. */
void
Dispatcher::Look(ConnectionLife& life, Instant now)
{
    if (now < life.m_settleBy && !m_driver.HasDelivered(life))
    {
        m_settling.Restart(life, now);
        return;
    }
    OnSettled(life, now);
}

void
Dispatcher::OnSettled(ConnectionLife& life, Instant now)
{
    Require(life.m_stage == Stage::SETTLING, "nothing was to be settled");
    End(life, How::RESET, life.m_gone, now);
}

void
Dispatcher::End(ConnectionLife& life, How how, std::optional<Side> by, Instant now)
{
    Require(life.m_stage != Stage::ENDED, "a connection ends twice");
    const bool good = how == How::FINISHED || (life.m_stood && by == Side::CLIENT);
    const bool isConnecting = life.m_stage == Stage::CONNECTING;
    Settle(life, isConnecting ? Ending::Abandoned() : Ending::Completed(Duration(0), good), now);
    life.Leave();
    life.m_stage = Stage::ENDED;
    m_open -= life.m_admitted ? 1 : 0;

    ConnectionEnd end;
    end.how = how;
    end.by = by;
    end.begun = life.m_begun;
    end.ended = now;
    end.stood = life.m_stood;
    end.agent = life.m_stood ? std::optional(life.m_agent) : std::nullopt;
    end.retries = life.m_retries;
    end.resets = life.m_resets;
    end.good = good;
    m_driver.OnEnded(life, end);
}

} // namespace sonda
