#include "model/selection/policy-row.h"
#include "model/selection/view.h"

#include <algorithm>

namespace sonda
{

namespace
{

/**
 * Caddy's `random_choose k` (2.6): the servers are put, one after the other, at random places of
 * which only the first k count, each over whoever was there, so that some of the k stay empty: of
 * two servers and two places one alone is looked at every second time. Of those chosen the first
 * idle one is picked, else a random one of those that had no more connections than the ones before.
 * Cost of a pick: O(n).
 */
class RandomChoosePolicy : public Policy
{
  public:
    /** \param choices k, at least 2 */
    RandomChoosePolicy(std::size_t choices, AgeRule rule)
        : m_choices(choices),
          m_view(rule)
    {
    }

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    std::size_t m_choices;
    View m_view;
    std::vector<std::optional<AgentIndex>> m_chosen; //!< within a pick; kept for its memory
    std::vector<AgentIndex> m_best;                  //!< the same
};

std::optional<AgentIndex>
RandomChoosePolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    m_chosen.assign(std::min(m_choices, candidates.size()), std::nullopt);
    for (std::size_t i = 0; i < candidates.size(); ++i)
    {
        const std::size_t place = random.Below(i + 1);
        if (place < m_chosen.size())
        {
            m_chosen[place] = candidates[i];
        }
    }
    m_best.clear();
    for (const auto agent : m_chosen)
    {
        if (!agent)
        {
            continue;
        }
        const std::uint32_t inFlight = table.Get(*agent).inFlight;
        if (inFlight == 0)
        {
            return agent;
        }
        if (m_best.empty() || inFlight <= table.Get(m_best.back()).inFlight)
        {
            m_best.push_back(*agent);
        }
    }
    return m_best.empty() ? std::nullopt : std::make_optional(m_best[random.Below(m_best.size())]);
}

} // namespace

namespace policies
{

PolicyRow
CaddyRandomChooseRow()
{
    return {"caddy-random-choose",
            'H',
            "Caddy 2.6, random_choose: fewest connections of up to 2 (or so many) chosen",
            "none",
            Ageing::CUT_OFF,
            {{"k", "the number of servers to choose", 2, 64, 2, true, 2}},
            MakeWith<RandomChoosePolicy, std::size_t>};
}

} // namespace policies

} // namespace sonda
