#include "model/table/score-index.h"

#include <algorithm>

namespace sonda
{

void
ScoreIndex::Put(AgentIndex agent, double rank)
{
    if (agent >= m_rankOf.size())
    {
        m_rankOf.resize(agent + 1);
    }
    if (m_rankOf[agent] == rank)
    {
        return;
    }
    Erase(agent);
    auto& bucket = m_buckets[rank];
    bucket.insert(std::lower_bound(bucket.begin(), bucket.end(), agent), agent);
    m_rankOf[agent] = rank;
    ++m_size;
}

void
ScoreIndex::Erase(AgentIndex agent)
{
    if (agent >= m_rankOf.size() || !m_rankOf[agent])
    {
        return;
    }
    const auto found = m_buckets.find(*m_rankOf[agent]);
    auto& bucket = found->second;
    bucket.erase(std::lower_bound(bucket.begin(), bucket.end(), agent));
    if (bucket.empty())
    {
        m_buckets.erase(found);
    }
    m_rankOf[agent].reset();
    --m_size;
}

const std::vector<AgentIndex>&
ScoreIndex::Best() const
{
    static const std::vector<AgentIndex> none;
    return m_buckets.empty() ? none : m_buckets.begin()->second;
}

} // namespace sonda
