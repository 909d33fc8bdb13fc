#include "model/selection/policy-row.h"
#include "model/selection/view.h"

#include <algorithm>

namespace sonda
{

namespace
{

/**
 * One of the k best, each with the same probability; those who tie for the last places share them.
 * Cost of a pick: O(1) with a static formula but for O(n) once a report, O(n) with a dynamic one.
 */
class TopPolicy : public Policy
{
  public:
    /** \param count k, at least 1 */
    TopPolicy(std::size_t count, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    void Sort();

    std::size_t m_count;
    View m_view;
    std::uint64_t m_epoch{0};
    std::vector<double> m_ranks;
    std::vector<AgentIndex> m_better; //!< than the k-th
    std::vector<AgentIndex> m_tied;   //!< as good as the k-th
};

TopPolicy::TopPolicy(std::size_t count, AgeRule rule)
    : m_count(count),
      m_view(rule)
{
}

std::optional<AgentIndex>
TopPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    if (candidates.size() <= m_count)
    {
        return candidates.empty() ? std::nullopt : std::make_optional(OneOf(candidates, random));
    }
    if (!m_view.IsSteady() || m_epoch != m_view.Epoch())
    {
        m_epoch = m_view.Epoch();
        Sort();
    }
    // The tied ones have the places that the better ones leave, each with the same probability.
    const std::size_t place = random.Below(m_count);
    return place < m_better.size() ? m_better[place] : OneOf(m_tied, random);
}

void
TopPolicy::Sort()
{
    const auto& candidates = m_view.Candidates();
    m_ranks.clear();
    for (const auto agent : candidates)
    {
        m_ranks.push_back(m_view.Rank(agent));
    }
    m_better.clear();
    m_tied.clear();
    // Ranks are asked for twice, because finding the k-th shuffles them.
    const auto last = m_ranks.begin() + static_cast<std::ptrdiff_t>(m_count) - 1;
    std::nth_element(m_ranks.begin(), last, m_ranks.end());
    for (const auto agent : candidates)
    {
        const double rank = m_view.Rank(agent);
        if (rank <= *last)
        {
            (rank < *last ? m_better : m_tied).push_back(agent);
        }
    }
}

} // namespace

namespace policies
{

PolicyRow
TopRow()
{
    return {"top",
            'C',
            "one of the k best, at random",
            "connections",
            Ageing::ALL,
            {{"k", "the number of best ones to choose from", 1, 1e6, 3, true}},
            MakeWith<TopPolicy, std::size_t>};
}

} // namespace policies

} // namespace sonda
