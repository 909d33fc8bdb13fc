#include "model/control/asked-requests.h"

#include <charconv>
#include <utility>

namespace sonda
{

NonceNumber
NonceNumber::Parse(const std::string& digits)
{
    NonceNumber nonce;
    const char* const text = digits.data();
    std::from_chars(text, text + 16, nonce.high, 16);
    std::from_chars(text + 16, text + 32, nonce.low, 16);
    return nonce;
}

bool
AskedRequest::Hear(const std::string& id, bool notice, Duration hold)
{
    if (single && !m_heard.empty() && m_heard.count(id) == 0)
    {
        return false;
    }
    Heard& heard = m_heard[id];
    if (notice ? hold <= heard.lastNotice : heard.answered)
    {
        return false;
    }
    if (notice)
    {
        heard.lastNotice = hold;
    }
    else
    {
        heard.answered = true;
    }
    return true;
}

AskedRequest&
AskedRequests::Keep(const NonceNumber& nonce, Instant sent, bool single)
{
    m_order.push_back(nonce);
    Requests::iterator place;
    if (m_spare.empty())
    {
        place = m_requests.try_emplace(nonce).first;
    }
    else
    {
        m_spare.back().key() = nonce;
        place = m_requests.insert(std::move(m_spare.back())).position;
        m_spare.pop_back();
    }
    AskedRequest& request = place->second;
    request.sent = sent;
    request.single = single;
    request.Clear();
    return request;
}

void
AskedRequests::Forget(Instant oldest)
{
    while (!m_order.empty())
    {
        const auto found = m_requests.find(m_order.front());
        if (found != m_requests.end() && found->second.sent >= oldest)
        {
            break;
        }
        // Not there only if a stream without randomness has given one nonce twice.
        if (found != m_requests.end())
        {
            m_spare.push_back(m_requests.extract(found));
        }
        m_order.pop_front();
    }
}

AskedRequest*
AskedRequests::Find(const NonceNumber& nonce, Instant oldest)
{
    const auto found = m_requests.find(nonce);
    return found != m_requests.end() && found->second.sent >= oldest ? &found->second : nullptr;
}

} // namespace sonda
