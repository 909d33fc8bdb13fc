#include "model/selection/policies/dictionary.h"

#include "model/selection/candidates.h"
#include "model/selection/policy-row.h"

namespace sonda
{

std::optional<AgentIndex>
DictionaryPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    const auto& candidates = table.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    if (m_byRank.empty())
    {
        // A table that was there before the policy.
        for (const auto agent : table.All())
        {
            OnReport(table, agent, now);
        }
    }
    for (const auto& [rank, agent] : m_byRank)
    {
        if (Contains(candidates, agent))
        {
            return agent;
        }
    }
    return candidates.front();
}

void
DictionaryPolicy::OnReport(const StatusTable& table, AgentIndex agent, Instant now)
{
    Leave(agent);
    const double score = table.Score(agent, now);
    if (score != score)
    {
        return;
    }
    const auto [place, added] = m_byRank.try_emplace(table.GetFormula().Rank(score), agent);
    if (!added)
    {
        m_rankOf[place->second].reset();
        place->second = agent;
    }
    m_rankOf[agent] = place->first;
}

void
DictionaryPolicy::OnRemoved(AgentIndex agent)
{
    Leave(agent);
}

void
DictionaryPolicy::Leave(AgentIndex agent)
{
    if (m_rankOf[agent])
    {
        m_byRank.erase(*m_rankOf[agent]);
        m_rankOf[agent].reset();
    }
}

namespace
{

std::unique_ptr<Policy>
Make(const PolicyParts&)
{
    return std::make_unique<DictionaryPolicy>();
}

} // namespace

namespace policies
{

PolicyRow
DictionaryRow()
{
    return {"dictionary",
            'C',
            "the report to the letter: keyed by score, equal scores overwrite, nothing expires",
            "seed",
            Ageing::NONE,
            {},
            Make};
}

} // namespace policies

} // namespace sonda
