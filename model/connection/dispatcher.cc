#include "model/connection/dispatcher.h"

#include "model/base/require.h"

#include <algorithm>

namespace sonda
{

namespace
{

using Stage = ConnectionLife::Stage;

/** How often it is asked whether the rest of a broken connection has arrived: no event tells. */
constexpr Duration SETTLE_LOOK = std::chrono::milliseconds(10);

} // namespace

Dispatcher::Dispatcher(Picker& picker, ConnectionDriver& driver, const ConnectionRules& rules)
    : m_picker(picker),
      m_driver(driver),
      m_todo(Duration(0)),
      m_backlog(NO_TIMEOUT),
      m_waiting(rules.LongestWait()),
      m_connecting(rules.connect),
      m_idle(rules.idle),
      m_halfClosed(rules.halfClosed),
      m_settling(SETTLE_LOOK),
      m_looking(rules.look)
{
    TakeRules(rules);
}

void
Dispatcher::TakeRules(const ConnectionRules& rules)
{
    m_rules = rules;
    m_isTimed =
        std::min({rules.connect, rules.idle, rules.halfClosed, rules.look, rules.LongestWait()}) !=
        NO_TIMEOUT;
}

void
Dispatcher::SetRules(const ConnectionRules& rules, Instant now)
{
    TakeRules(rules);
    m_waiting.SetTimeout(rules.LongestWait(), now);
    m_connecting.SetTimeout(rules.connect, now);
    m_idle.SetTimeout(rules.idle, now);
    m_halfClosed.SetTimeout(rules.halfClosed, now);
    m_looking.SetTimeout(rules.look, now);
}

void
Dispatcher::Serve(ConnectionLife& life, Instant now)
{
    Require(life.m_stage == Stage::NEW && !life.m_admitted, "a client is served twice");
    if (!HasRoom() || m_backlog.First())
    {
        m_backlog.Restart(life, now);
        return;
    }
    Admit(life, now);
}

void
Dispatcher::Admit(ConnectionLife& life, Instant now)
{
    ++m_open;
    life.m_admitted = true;
    life.m_serverBy = After(now, m_rules.Unserved());
    if (m_waiting.First())
    {
        // No end may come that would wake the line: the fleet may have been silent meanwhile.
        Await(life, m_rules.LongestWait(), now);
        m_isLineDue = true;
        return;
    }
    Place(life, now);
}

/** Asks for an agent; if nobody can take it now, it waits. */
void
Dispatcher::Place(ConnectionLife& life, Instant now)
{
    if (*life.m_serverBy <= now)
    {
        End(life, How::NO_AGENT, std::nullopt, now);
        return;
    }
    const Picked picked = m_picker.Pick(life, now);
    if (!picked.agent)
    {
        Await(life, picked.heldBack ? m_rules.heldBack : m_rules.queue, now);
        return;
    }
    ++m_out;
    life.m_out = true;
    life.m_agent = *picked.agent;
    life.m_dispatched = picked.at;
    life.m_stage = Stage::CONNECTING;
    m_todo.Enter(life, now);
}

/** \param patience how long it may wait in all */
void
Dispatcher::Await(ConnectionLife& life, Duration patience, Instant now)
{
    if (!life.m_waitBy && patience > Duration(0))
    {
        life.m_waitBy = std::min(After(now, patience), *life.m_serverBy);
        m_driver.OnWaiting(life);
    }
    if (life.m_waitBy.value_or(now) <= now)
    {
        End(life, How::NO_AGENT, std::nullopt, now);
        return;
    }
    if (life.m_stage != Stage::WAITING) // else it stays in its place
    {
        life.m_stage = Stage::WAITING;
        m_waiting.Enter(life, *life.m_waitBy);
    }
    if (!m_lookEntry.IsWaiting())
    {
        m_looking.Restart(m_lookEntry, now);
    }
}

ConnectionLife*
Dispatcher::Next(Instant now)
{
    while (true)
    {
        if (TimeoutEntry* entry = m_todo.First())
        {
            auto& life = static_cast<ConnectionLife&>(*entry);
            m_connecting.Enter(life, std::min(After(now, m_rules.connect), *life.m_serverBy));
            return &life;
        }
        if (TimeoutEntry* entry = HasRoom() ? m_backlog.First() : nullptr)
        {
            auto& life = static_cast<ConnectionLife&>(*entry);
            entry->Leave();
            Survive(life, now, [&] { Admit(life, now); });
        }
        else if (TimeoutEntry* first = m_isLineDue ? m_waiting.First() : nullptr)
        {
            auto& life = static_cast<ConnectionLife&>(*first);
            Survive(life, now, [&] { Place(life, now); });
            m_isLineDue = life.m_stage != Stage::WAITING;
        }
        else
        {
            m_isLineDue = false;
            return nullptr;
        }
    }
}

void
Dispatcher::OnConnected(ConnectionLife& life, Instant now)
{
    Require(life.m_stage == Stage::CONNECTING, "a connection stands that nobody asked for");
    life.m_stage = Stage::STANDING;
    life.m_stood = now;
    life.m_serverBy.reset();
    m_idle.Restart(life, now);
    m_picker.Connected(life.m_agent, life.m_dispatched, now);
}

void
Dispatcher::OnConnectFailed(ConnectionLife& life, Instant now)
{
    Require(life.m_stage == Stage::CONNECTING, "a connect failed that nobody asked for");
    Settle(life, Ending::ConnectFailed(), now);
    TryAgain(life, Retry::CONNECT_FAILED, now);
}

void
Dispatcher::PickAnother(ConnectionLife& life, Instant now)
{
    Require(life.m_stage == Stage::CONNECTING, "another agent for a connection without one");
    Settle(life, Ending::Abandoned(), now);
    TryAgain(life, Retry::ELSEWHERE, now);
}

void
Dispatcher::TryAgain(ConnectionLife& life, Retry why, Instant now)
{
    life.m_retries += why == Retry::ELSEWHERE ? 0 : 1;
    life.m_resets += why == Retry::RESET ? 1 : 0;
    life.m_stage = Stage::CONNECTING;
    life.m_stood.reset();
    life.m_endedFirst.reset();
    life.m_serverBy = life.m_serverBy.value_or(After(now, m_rules.Unserved()));
    m_driver.OnRetry(life, why, now);
    Place(life, now);
}

void
Dispatcher::OnFree()
{
    m_isLineDue = true;
}

/** Does one thing for one life; want of memory ends that one and nothing else. */
template <typename Work>
void
Dispatcher::Survive(ConnectionLife& life, Instant now, Work work)
{
    try
    {
        work();
    }
    catch (const std::bad_alloc&)
    {
        if (!life.HasEnded())
        {
            End(life, How::NO_MEMORY, std::nullopt, now);
        }
    }
}

template <typename Action>
void
Dispatcher::Expire(TimeoutQueue& queue, Instant now, Action action)
{
    while (TimeoutEntry* entry = queue.Due(now))
    {
        auto& life = static_cast<ConnectionLife&>(*entry);
        Survive(life, now, [&] { action(life); });
    }
}

void
Dispatcher::OnConnectDue(ConnectionLife& life, Instant now)
{
    if (*life.m_serverBy <= now && now < After(life.m_dispatched, m_rules.connect))
    {
        // The client's time is over, not the server's.
        End(life, How::NO_AGENT, std::nullopt, now);
        return;
    }
    Settle(life, Ending::ConnectFailed(), now);
    TryAgain(life, Retry::CONNECT_TIMED_OUT, now);
}

void
Dispatcher::OnTime(Instant now)
{
    const auto end = [&](How how)
    { return [this, how, now](ConnectionLife& life) { End(life, how, std::nullopt, now); }; };
    Expire(m_connecting, now, [&](ConnectionLife& life) { OnConnectDue(life, now); });
    Expire(m_waiting, now, end(How::NO_AGENT));
    Expire(m_idle, now, end(How::IDLE));
    Expire(m_halfClosed, now, end(How::HALF_CLOSED));
    Expire(m_settling, now, [&](ConnectionLife& life) { Look(life, now); });
    if (m_looking.Due(now))
    {
        m_lookEntry.Leave();
        m_isLineDue = true;
        if (m_waiting.First())
        {
            m_looking.Restart(m_lookEntry, now);
        }
    }
}

std::optional<Instant>
Dispatcher::NextDue()
{
    std::optional<Instant> next;
    for (TimeoutQueue* queue :
         {&m_connecting, &m_waiting, &m_idle, &m_halfClosed, &m_settling, &m_looking})
    {
        const auto due = queue->NextDue();
        next = due && (!next || *due < *next) ? due : next;
    }
    return next;
}

} // namespace sonda
