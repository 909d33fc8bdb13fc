#include "model/selection/view.h"

#include <algorithm>
#include <cmath>

namespace sonda
{

View::View(AgeRule rule)
    : m_rule(rule)
{
}

void
View::Look(const StatusTable& table, Instant now)
{
    m_table = &table;
    m_now = now;
    m_candidates = &table.Candidates();
    const bool changed = m_version != table.Version() || m_epoch == 0;
    m_version = table.Version();
    m_epoch += changed ? 1 : 0;
    if (m_rule.kind == AgeRule::Kind::CUT_OFF)
    {
        if (changed || now > m_youngUntil)
        {
            m_epoch += changed ? 0 : 1;
            Filter();
        }
        if (!m_young.empty())
        {
            m_candidates = &m_young;
        }
    }
    else if (m_rule.kind == AgeRule::Kind::DECAY && changed)
    {
        FindMedian();
    }
}

void
View::Filter()
{
    m_young.clear();
    m_youngUntil = Instant::max();
    const Duration limit = FromSeconds(m_rule.seconds);
    for (const auto agent : m_table->Candidates())
    {
        const Instant until = m_table->Get(agent).reportedAt + limit;
        if (until >= m_now)
        {
            m_young.push_back(agent);
            m_youngUntil = std::min(m_youngUntil, until);
        }
    }
}

void
View::FindMedian()
{
    m_scores.clear();
    for (const auto agent : m_table->Candidates())
    {
        const double score = m_table->Score(agent, m_now);
        if (std::isfinite(score))
        {
            m_scores.push_back(score);
        }
    }
    if (m_scores.empty())
    {
        return;
    }
    // Of an even number the lower of the two in the middle, which is a score that exists.
    const auto middle = m_scores.begin() + (m_scores.size() - 1) / 2;
    std::nth_element(m_scores.begin(), middle, m_scores.end());
    m_median = *middle;
}

double
View::Score(AgentIndex agent) const
{
    const double score = m_table->Score(agent, m_now);
    if (!m_rule.ChangesScores())
    {
        return score;
    }
    const double age = ToSeconds(m_now - m_table->Get(agent).reportedAt);
    return m_rule.Apply(score, GetSense(), age, m_median);
}

} // namespace sonda
