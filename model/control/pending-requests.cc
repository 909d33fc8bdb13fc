#include "model/control/pending-requests.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sonda
{

bool
PendingRequests::CanTake(const std::string& address, Instant due) const
{
    return m_requests.size() < m_most || FindVictim(address, due) != m_requests.end();
}

void
PendingRequests::Add(PendingRequest request)
{
    if (m_requests.size() >= m_most)
    {
        m_requests.erase(FindVictim(request.address, request.due));
        ++m_dropped;
    }
    m_requests.insert(std::move(request));
}

/** \return the one that has to go for a newcomer; the end: none, the newcomer is refused. */
PendingRequests::Requests::const_iterator
PendingRequests::FindVictim(const std::string& address, Instant due) const
{
    std::map<std::string, std::size_t> waiting; // by address
    std::size_t greatest = 0;
    for (const PendingRequest& request : m_requests)
    {
        greatest = std::max(greatest, ++waiting[request.address]);
    }
    const auto own = waiting.find(address);
    const std::size_t withNewcomer = (own == waiting.end() ? 0 : own->second) + 1;
    // Who has most gives way; whoever would have more than that gives way to itself only.
    const auto mayGo = [&](const PendingRequest& request)
    {
        const bool hasMost = waiting[request.address] == greatest && withNewcomer <= greatest;
        return hasMost || (request.address == address && withNewcomer >= greatest);
    };
    const auto last = std::find_if(m_requests.rbegin(), m_requests.rend(), mayGo);
    const bool isFairer = withNewcomer < greatest;
    if (last == m_requests.rend() || (!isFairer && last->due <= due))
    {
        return m_requests.end();
    }
    return std::prev(last.base());
}

std::optional<Instant>
PendingRequests::NextDue() const
{
    if (m_requests.empty())
    {
        return std::nullopt;
    }
    return m_requests.begin()->due;
}

std::optional<PendingRequest>
PendingRequests::TakeDue(Instant now)
{
    if (m_requests.empty() || m_requests.begin()->due > now)
    {
        return std::nullopt;
    }
    return std::move(m_requests.extract(m_requests.begin()).value());
}

} // namespace sonda
