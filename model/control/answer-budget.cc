#include "model/control/answer-budget.h"

#include <algorithm>

namespace sonda
{

namespace
{

constexpr std::size_t UDP_HEADER = 8;
constexpr std::size_t IPV4_HEADER = 20;
constexpr std::size_t IPV6_HEADER = 40;

} // namespace

std::size_t
AnswerBudget::Room(std::size_t request, bool isIpv6)
{
    const std::size_t headers = UDP_HEADER + (isIpv6 ? IPV6_HEADER : IPV4_HEADER);
    return FACTOR * (request + headers) - headers;
}

bool
AnswerBudget::Pay(const std::string& address, std::size_t request, std::size_t answer, Instant now)
{
    if (answer <= request)
    {
        return true;
    }
    const auto excess = static_cast<double>(answer - request);
    Account& own = Find(address, now);
    own.Fill(ADDRESS_RATE, now);
    m_total.Fill(TOTAL_RATE, now);
    if (own.bytes < excess || m_total.bytes < excess)
    {
        return false;
    }
    own.bytes -= excess;
    m_total.bytes -= excess;
    return true;
}

void
AnswerBudget::Account::Fill(double rate, Instant now)
{
    bytes = std::min(rate, bytes + rate * std::max(0.0, ToSeconds(now - filled)));
    filled = now;
}

AnswerBudget::Account&
AnswerBudget::Find(const std::string& address, Instant now)
{
    const auto found = std::find_if(m_holders.begin(),
                                    m_holders.end(),
                                    [&](const Holder& h) { return h.address == address; });
    if (found != m_holders.end())
    {
        return found->account;
    }
    if (m_holders.size() < MOST_ADDRESSES)
    {
        m_holders.push_back({address, {ADDRESS_RATE, now}});
        return m_holders.back().account;
    }
    // Who was paid for longest ago has the fullest account, and loses nothing.
    Holder& replaced = *std::min_element(m_holders.begin(),
                                         m_holders.end(),
                                         [](const Holder& a, const Holder& b)
                                         { return a.account.filled < b.account.filled; });
    replaced = {address, {ADDRESS_RATE, now}};
    return replaced.account;
}

} // namespace sonda
