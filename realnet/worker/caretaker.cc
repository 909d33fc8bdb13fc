#include "realnet/worker/caretaker.h"

#include "realnet/common/tcp-options.h"
#include "realnet/relay/vanished.h"

namespace sonda
{

namespace
{

constexpr Duration YOUTH = std::chrono::seconds(1);

/** Often beside what it takes to be sure, seldom beside what a look costs. */
constexpr Duration EXAMINATION_PERIOD = std::chrono::seconds(2);

} // namespace

Caretaker::Caretaker(std::shared_ptr<const RelaySettings> settings)
    : m_settings(std::move(settings)),
      m_young(YOUTH),
      m_grown(EXAMINATION_PERIOD)
{
}

void
Caretaker::Begin(Connection& connection, Instant now)
{
    m_young.Restart(connection.m_care, now);
}

void
Caretaker::OnServed(Connection& connection, Instant now)
{
    if (connection.m_isGrown && !connection.m_care.IsWaiting())
    {
        m_grown.Restart(connection.m_care, now);
    }
}

std::optional<Caretaker::Loss>
Caretaker::Examine(Instant now)
{
    for (TimeoutQueue* queue : {&m_young, &m_grown})
    {
        while (TimeoutEntry* entry = queue->Due(now))
        {
            Connection& connection = static_cast<SideTimeout*>(entry)->connection;
            entry->Leave();
            if (!connection.m_isGrown)
            {
                connection.m_isGrown = true;
                SetKeepAlive(connection.m_server.Get(), m_settings->keepAlive);
            }
            const auto side = connection.IsStanding() ? Vanished(connection, now) : std::nullopt;
            if (side)
            {
                return Loss{connection, *side};
            }
        }
    }
    return std::nullopt;
}

std::optional<Side>
Caretaker::Vanished(Connection& connection, Instant now)
{
    for (const Side side : {Side::CLIENT, Side::SERVER})
    {
        switch (PeerOf(connection.Socket(side), m_settings->ackTimeout))
        {
        case PeerState::OWES_NOTHING:
            break;
        case PeerState::OWES:
            m_grown.Restart(connection.m_care, now);
            break;
        case PeerState::VANISHED:
            return side;
        }
    }
    return std::nullopt;
}

std::optional<Instant>
Caretaker::NextDue()
{
    const auto young = m_young.NextDue();
    const auto grown = m_grown.NextDue();
    return young && (!grown || *young < *grown) ? young : grown;
}

} // namespace sonda
