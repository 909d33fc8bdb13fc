#include "tests/model/connection/naive-dispatcher.h"

/** What befalls the naive dispatcher, and what is due. */
namespace sonda::test
{

/** Whatever is due for one client. */
void
NaiveDispatcher::Expire(int who, Instant now)
{
    Client& client = At(who);
    switch (client.stage)
    {
    case Stage::WAITING:
        Over(who, How::NO_AGENT, std::nullopt, now);
        break;
    case Stage::CONNECTING:
        if (*client.serverBy <= now && now < client.dispatched + m_rules.connect)
        {
            Over(who, How::NO_AGENT, std::nullopt, now);
            break;
        }
        TellEnding(who,
                   {Has(Fault::TIMEOUT_IS_NOBODYS) ? Ending::Kind::ABANDONED
                                                   : Ending::Kind::CONNECT_FAILED});
        Again(who, Retry::CONNECT_TIMED_OUT, now);
        break;
    case Stage::STANDING:
        Over(who, client.endedFirst ? How::HALF_CLOSED : How::IDLE, std::nullopt, now);
        break;
    case Stage::SETTLING:
        Look(who, now);
        break;
    default:
        break;
    }
}

/** Deadlines of connecting clients come first, then those of the line, then the others. */
void
NaiveDispatcher::Pass(Instant now)
{
    struct Round
    {
        Stage stage;
        bool halfClosed;
    };
    for (const Round round : {Round{Stage::CONNECTING, false},
                              Round{Stage::WAITING, false},
                              Round{Stage::STANDING, false},
                              Round{Stage::STANDING, true},
                              Round{Stage::SETTLING, false}})
    {
        for (bool found = true; found;)
        {
            found = false;
            int next = -1;
            for (int who = 0; who < SCRIPTED_CLIENTS; ++who)
            {
                const Client& c = At(who);
                const bool isIn =
                    c.stage == round.stage && c.due && *c.due <= now &&
                    (c.stage != Stage::STANDING || c.endedFirst.has_value() == round.halfClosed);
                if (isIn && (next < 0 || std::pair(*c.due, c.dueTicket) <
                                             std::pair(*At(next).due, At(next).dueTicket)))
                {
                    next = who;
                }
            }
            if (next >= 0)
            {
                Expire(next, now);
                found = true;
            }
        }
    }
    if (m_look && *m_look <= now)
    {
        m_look.reset();
        m_isFree = true;
        if (FirstWaiting(Stage::WAITING) >= 0)
        {
            m_look = Later(now, m_rules.look);
        }
    }
}

void
NaiveDispatcher::ServeOthers(Instant now)
{
    while (true)
    {
        bool isBegun = false;
        for (int who = 0; who < SCRIPTED_CLIENTS; ++who)
        {
            if (At(who).begin)
            {
                At(who).begin = false;
                told.push_back({'N', who, At(who).agent});
                isBegun = true;
            }
        }
        if (isBegun)
        {
            continue;
        }
        const int fresh = FirstWaiting(Stage::NEW);
        const int waiting = FirstWaiting(Stage::WAITING);
        if (fresh >= 0 && !IsFull())
        {
            Admit(fresh, now);
        }
        else if (m_isFree && waiting >= 0)
        {
            Ask(waiting, now);
            m_isFree = At(waiting).stage != Stage::WAITING;
        }
        else
        {
            m_isFree = false;
            return;
        }
    }
}

std::optional<Instant>
NaiveDispatcher::NextDue() const
{
    std::optional<Instant> next = m_look;
    for (const Client& c : m_clients)
    {
        const bool hasDue = c.stage != Stage::NEW && c.stage != Stage::ENDED && c.due;
        if (hasDue && (!next || *c.due < *next))
        {
            next = c.due;
        }
    }
    return next == Instant::max() ? std::nullopt : next;
}

void
NaiveDispatcher::BefallStanding(const Happening& happening, Instant now)
{
    using Kind = Happening::Kind;
    const int who = happening.who;
    Client& client = At(who);
    switch (happening.kind)
    {
    case Kind::MOVED:
        SetDue(client, Later(now, client.endedFirst ? m_rules.halfClosed : m_rules.idle));
        break;
    case Kind::HALF_CLOSED_BY_CLIENT:
    case Kind::HALF_CLOSED_BY_SERVER:
        client.endedFirst = client.endedFirst.value_or(
            happening.kind == Kind::HALF_CLOSED_BY_CLIENT ? Side::CLIENT : Side::SERVER);
        SetDue(client, Later(now, m_rules.halfClosed));
        break;
    case Kind::FINISHED:
    case Kind::FINISHED_SILENT:
    {
        Ending ending{Ending::Kind::COMPLETED, Duration(0), true};
        ending.silent =
            happening.kind == Kind::FINISHED_SILENT && client.endedFirst != Side::CLIENT;
        TellEnding(who, ending);
        Over(who, How::FINISHED, client.endedFirst, now);
        break;
    }
    case Kind::RESET_UNTOUCHED:
        Abort(who, Side::SERVER, true, true, now);
        break;
    case Kind::RESET_SILENT:
        Abort(who, Side::SERVER, false, true, now);
        break;
    case Kind::RESET_LATE:
        Abort(who, Side::SERVER, false, false, now);
        break;
    case Kind::CLIENT_RESET:
        Abort(who, Side::CLIENT, false, true, now);
        break;
    case Kind::CLIENT_VANISHED:
        Over(who, How::VANISHED, Side::CLIENT, now);
        break;
    default:
        break;
    }
}

void
NaiveDispatcher::Do(const Happening& happening, Instant now)
{
    using Kind = Happening::Kind;
    const int who = happening.who;
    Client& client = At(who);
    switch (happening.kind)
    {
    case Kind::SERVE:
        Serve(who, now);
        break;
    case Kind::CONNECTED:
        client.stage = Stage::STANDING;
        client.stood = now;
        client.serverBy.reset();
        if (!Has(Fault::STANDING_IS_STILL_TIMED))
        {
            SetDue(client, Later(now, m_rules.idle));
        }
        told.push_back({'C', -1, client.agent, 0, client.dispatched.time_since_epoch().count()});
        break;
    case Kind::CONNECT_FAILED:
        TellEnding(who, {Ending::Kind::CONNECT_FAILED});
        if (Has(Fault::REFUSAL_IS_THE_END))
        {
            Over(who, How::NO_AGENT, std::nullopt, now);
            break;
        }
        Again(who, Retry::CONNECT_FAILED, now);
        break;
    case Kind::ELSEWHERE:
        TellEnding(who, {Ending::Kind::ABANDONED});
        Again(who, Retry::ELSEWHERE, now);
        break;
    case Kind::SETTLED:
        Over(who, How::RESET, client.gone, now);
        break;
    case Kind::GONE:
        Over(who, How::GONE, Side::CLIENT, now);
        break;
    case Kind::CUT:
        Over(who, How::CUT, std::nullopt, now);
        break;
    case Kind::AGENTS_COME:
        m_agents.Come();
        m_isFree = true;
        break;
    case Kind::DELIVERY_TURNS:
        m_delivered = !m_delivered;
        break;
    case Kind::LITTLE_TIME:
    case Kind::DUE_TIME:
        Pass(now);
        break;
    default:
        BefallStanding(happening, now);
        break;
    }
    ServeOthers(now);
}

} // namespace sonda::test
