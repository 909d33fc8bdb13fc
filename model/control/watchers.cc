#include "model/control/watchers.h"

#include <algorithm>
#include <map>

namespace sonda
{

Duration
HoldOf(Instant arrived, Instant now)
{
    return std::chrono::floor<std::chrono::microseconds>(now - arrived);
}

void
Watchers::Note(const ProbeRequest& request,
               const std::string& address,
               std::uint16_t port,
               bool keeps,
               Instant now)
{
    const auto known =
        std::find_if(m_watchers.begin(),
                     m_watchers.end(),
                     [&](const Watcher& w) { return w.port == port && w.address == address; });
    const std::uint64_t stamp = request.order ? request.order->stamp : 0;
    Instant first = now;
    if (known != m_watchers.end())
    {
        const bool isForgotten = HoldOf(known->arrived, now) > MAX_HOLD;
        // An unsigned one comes after a signed one only where the agent has no key any more.
        if (!isForgotten && stamp != 0 && stamp < known->stamp)
        {
            return;
        }
        first = isForgotten ? now : known->first;
        m_watchers.erase(known);
    }
    if (!keeps || m_most == 0)
    {
        return;
    }
    Forget(now);
    if (m_watchers.size() >= m_most)
    {
        MakeRoom();
    }
    m_watchers.push_back(Watcher{address, port, *request.nonce, request.below, stamp, first, now});
}

void
Watchers::MakeRoom()
{
    std::map<std::string, std::size_t> counts; // by address
    std::size_t greatest = 0;
    for (const Watcher& watcher : m_watchers)
    {
        greatest = std::max(greatest, ++counts[watcher.address]);
    }
    auto victim = m_watchers.end();
    for (auto at = m_watchers.begin(); at != m_watchers.end(); ++at)
    {
        const bool hasMost = counts[at->address] == greatest;
        const auto standing = [](const Watcher& w) { return w.arrived - w.first; };
        if (hasMost && (victim == m_watchers.end() || standing(*at) < standing(*victim)))
        {
            victim = at;
        }
    }
    m_watchers.erase(victim);
}

bool
Watchers::WantsFalls(Instant now) const
{
    return std::any_of(m_watchers.begin(),
                       m_watchers.end(),
                       [&](const Watcher& w)
                       { return w.below && HoldOf(w.arrived, now) <= MAX_HOLD; });
}

Watcher*
Watchers::Draw(std::uint32_t before, std::uint32_t after, Instant now, RandomStream& random)
{
    Forget(now);
    const auto waits = [&](const Watcher& w)
    {
        return w.below && after < *w.below && *w.below <= before &&
               HoldOf(w.arrived, now) > w.lastHold;
    };
    const auto waiting = std::count_if(m_watchers.begin(), m_watchers.end(), waits);
    if (waiting == 0)
    {
        return nullptr;
    }
    auto drawn = waiting == 1 ? 0 : random.Below(static_cast<std::size_t>(waiting));
    for (auto& watcher : m_watchers)
    {
        if (waits(watcher) && drawn-- == 0)
        {
            return &watcher;
        }
    }
    return nullptr;
}

std::vector<Watcher*>
Watchers::All(Instant now)
{
    Forget(now);
    std::vector<Watcher*> all;
    for (Watcher& watcher : m_watchers)
    {
        if (HoldOf(watcher.arrived, now) > watcher.lastHold)
        {
            all.push_back(&watcher);
        }
    }
    return all;
}

void
Watchers::Forget(Instant now)
{
    // They stand in the order of their requests, so the ones to forget stand together.
    const auto kept =
        std::find_if(m_watchers.begin(),
                     m_watchers.end(),
                     [&](const Watcher& w) { return HoldOf(w.arrived, now) <= MAX_HOLD; });
    m_watchers.erase(m_watchers.begin(), kept);
}

} // namespace sonda
