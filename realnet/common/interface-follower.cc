#include "realnet/common/interface-follower.h"

#include "realnet/common/clock.h"
#include "realnet/common/log.h"

#include <algorithm>
#include <utility>

namespace sonda
{

namespace
{

/** What belongs together (a link, its addresses, its routes) is told of within a few of these. */
constexpr Duration SHORTEST_PAUSE = std::chrono::milliseconds(50);

/** A machine with 10⁶ routes takes a second to read: reading gets a tenth of the time at most. */
constexpr int PAUSE_FACTOR = 10;

} // namespace

InterfaceFollower::InterfaceFollower(asio::io_context& io, InterfaceSlots slots)
    : m_slots(std::move(slots)),
      m_readable(io),
      m_lookTimer(io)
{
    Open();
}

InterfaceFollower::~InterfaceFollower()
{
    Close();
}

NetworkWish
InterfaceFollower::Wish() const
{
    return {m_slots.Family(), m_slots.WantsDefault()};
}

void
InterfaceFollower::Start(OnChange onChange, OnSettled onSettled)
{
    m_onChange = std::move(onChange);
    m_onSettled = std::move(onSettled);
    Look();
}

void
InterfaceFollower::Open()
{
    auto news = NetworkNews::Open(Wish());
    if (!news)
    {
        LogFault(news.GetError());
        return;
    }
    m_isFaultTold = false;
    m_news = std::move(*news);
    m_readable.assign(m_news->Handle());
    Wait();
}

void
InterfaceFollower::Close()
{
    if (m_news)
    {
        m_readable.release();
        m_news.reset();
    }
}

void
InterfaceFollower::Wait()
{
    m_readable.async_wait(asio::posix::stream_descriptor::wait_read,
                          [this](const asio::error_code& error)
                          {
                              if (!error)
                              {
                                  TakeNews();
                                  Wait();
                              }
                          });
}

void
InterfaceFollower::TakeNews()
{
    const auto taken = m_news->Take();
    m_slots.Disturb(taken.messages);
    if (!taken.isComplete)
    {
        spdlog::debug("the kernel lost messages about the network; everything is opened anew");
        m_slots.DisturbAll();
    }
    LookIn(Duration::zero());
}

/** Looks after a delay, or sooner where that was planned already, but not too often. */
void
InterfaceFollower::LookIn(Duration delay)
{
    const Instant at = std::max(Now() + delay, m_notBefore);
    if (m_lookAt && *m_lookAt <= at)
    {
        return;
    }
    m_lookAt = at;
    m_lookTimer.expires_after(at - Now());
    m_lookTimer.async_wait(
        [this](const asio::error_code& error)
        {
            if (!error)
            {
                Look();
            }
        });
}

void
InterfaceFollower::Look()
{
    m_lookAt.reset();
    if (!m_news)
    {
        Open(); // first, so that nothing happens unseen behind the reading
    }
    const Instant start = Now();
    const auto facts = ReadNetwork(Wish());
    m_notBefore = Now() + std::max(SHORTEST_PAUSE, (Now() - start) * PAUSE_FACTOR);
    bool isSettled = facts && m_news;
    if (!facts)
    {
        LogFault(facts.GetError());
    }
    for (const auto& change :
         facts ? m_slots.Update(*facts) : std::vector<InterfaceSlots::Change>{})
    {
        if (!m_onChange(change.slot, change.before))
        {
            m_slots.Disturb(change.slot);
            isSettled = false;
        }
    }
    isSettled = (!facts || m_onSettled()) && isSettled;
    if (!isSettled)
    {
        LookIn(RETRY);
    }
}

/** Once: the network is then looked at every RETRY, which is nearly as good. */
void
InterfaceFollower::LogFault(const Error& error)
{
    if (!std::exchange(m_isFaultTold, true))
    {
        spdlog::error("changes of the network are noticed late or not at all: {}", error.message);
    }
}

} // namespace sonda
