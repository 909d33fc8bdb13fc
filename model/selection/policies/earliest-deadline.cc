#include "model/selection/policy-row.h"
#include "model/selection/weights.h"
#include "model/table/per-agent.h"

#include <algorithm>

namespace sonda
{

namespace
{

/**
 * Earliest deadline first: the candidate with the least deadline is picked, and its deadline moves
 * on by 1 / weight; a new one begins at a random place of its first period, so that several proxies
 * do not pick in step (gRPC's weighted_round_robin, gRFC A58; Envoy's scheduler). The weight is
 * looked up when the agent is picked; the average that stands for a missing one is that of the last
 * report. Cost of a pick: O(log n), and O(n) once a report.
 */
class EarliestDeadlinePolicy : public Policy
{
  public:
    explicit EarliestDeadlinePolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnRemoved(AgentIndex agent) override;

  private:
    struct Entry
    {
        double deadline;
        AgentIndex agent;
    };

    struct Place
    {
        bool queued{false};
        std::uint64_t candidateIn{0}; //!< the last epoch in which the agent was a candidate
    };

    static bool Later(const Entry& a, const Entry& b);
    void Queue(RandomStream& random);
    double Period(AgentIndex agent);

    View m_view;
    std::uint64_t m_epoch{0};
    std::uint64_t m_averageIn{0}; //!< the epoch in which m_average was computed
    double m_average{1};
    double m_clock{0};          //!< deadline of the last pick
    std::vector<Entry> m_queue; //!< a heap, earliest first
    PerAgent<Place> m_places;
};

EarliestDeadlinePolicy::EarliestDeadlinePolicy(AgeRule rule)
    : m_view(rule)
{
}

bool
EarliestDeadlinePolicy::Later(const Entry& a, const Entry& b)
{
    return a.deadline > b.deadline;
}

std::optional<AgentIndex>
EarliestDeadlinePolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    if (m_epoch != m_view.Epoch())
    {
        m_epoch = m_view.Epoch();
        Queue(random);
    }
    while (!m_queue.empty())
    {
        std::pop_heap(m_queue.begin(), m_queue.end(), Later);
        Entry& first = m_queue.back();
        const AgentIndex agent = first.agent;
        if (m_places[agent].candidateIn == m_epoch)
        {
            m_clock = first.deadline;
            first.deadline += Period(agent);
            std::push_heap(m_queue.begin(), m_queue.end(), Later);
            return agent;
        }
        m_places[agent].queued = false;
        m_queue.pop_back();
    }
    return std::nullopt;
}

void
EarliestDeadlinePolicy::Queue(RandomStream& random)
{
    for (const auto agent : m_view.Candidates())
    {
        Place& place = m_places[agent];
        place.candidateIn = m_epoch;
        if (!place.queued)
        {
            place.queued = true;
            m_queue.push_back({m_clock + random.Uniform() * Period(agent), agent});
            std::push_heap(m_queue.begin(), m_queue.end(), Later);
        }
    }
}

double
EarliestDeadlinePolicy::Period(AgentIndex agent)
{
    const auto weight = WeightOf(m_view.Score(agent), m_view.GetSense());
    if (weight)
    {
        return 1 / *weight;
    }
    if (m_averageIn != m_epoch)
    {
        m_averageIn = m_epoch;
        m_average = AverageWeight(m_view);
    }
    return 1 / m_average;
}

void
EarliestDeadlinePolicy::OnRemoved(AgentIndex agent)
{
    m_places.Reset(agent);
    const auto gone = std::remove_if(m_queue.begin(),
                                     m_queue.end(),
                                     [agent](const Entry& entry) { return entry.agent == agent; });
    m_queue.erase(gone, m_queue.end());
    std::make_heap(m_queue.begin(), m_queue.end(), Later);
}

} // namespace

namespace policies
{

PolicyRow
EarliestDeadlineRow()
{
    return {"earliest-deadline",
            'A',
            "turns in proportion to the weights, by deadlines with a random start",
            "weight",
            Ageing::ALL,
            {},
            MakePlain<EarliestDeadlinePolicy>};
}

} // namespace policies

} // namespace sonda
