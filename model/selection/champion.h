#ifndef SONDA_MODEL_SELECTION_CHAMPION_H
#define SONDA_MODEL_SELECTION_CHAMPION_H

#include "model/base/random-stream.h"
#include "model/table/agent-status.h"

#include <optional>

namespace sonda
{

/**
 * The best of a row of agents, seen one after the other. Of k equals the last one seen replaces the
 * choice with probability 1/k, which makes each of them equally likely.
 */
class Champion
{
  public:
    /** \param random for ties; none: the first of equals stays */
    explicit Champion(RandomStream* random)
        : m_random(random)
    {
    }

    /** \param rank less is better; not NaN */
    void
    Offer(AgentIndex agent, double rank)
    {
        if (m_equals == 0 || rank < m_rank)
        {
            m_agent = agent;
            m_rank = rank;
            m_equals = 1;
        }
        else if (rank == m_rank && m_random != nullptr && m_random->Below(++m_equals) == 0)
        {
            m_agent = agent;
        }
    }

    /** \return the best; nothing when there was no offer. */
    std::optional<AgentIndex>
    Get() const
    {
        return m_equals == 0 ? std::nullopt : std::make_optional(m_agent);
    }

    /** \return the same, where there certainly was one. */
    AgentIndex
    Winner() const
    {
        return m_agent;
    }

  private:
    RandomStream* m_random;
    AgentIndex m_agent{0};
    double m_rank{0};
    std::size_t m_equals{0};
};

} // namespace sonda

#endif
