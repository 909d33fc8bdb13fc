#ifndef SONDA_MODEL_SELECTION_CHAMPION_H
#define SONDA_MODEL_SELECTION_CHAMPION_H

#include "model/base/random-stream.h"
#include "model/table/agent-status.h"

#include <optional>
#include <vector>

namespace sonda
{

/**
 * The best of a row of agents, seen one after the other. It keeps all equals, so that one random
 * number decides between them, and its memory, so that a policy has one of its own.
 */
class Champion
{
  public:
    /** Forgets everybody. */
    void
    Restart()
    {
        m_equals.clear();
    }

    /** \param rank less is better; not NaN */
    void
    Offer(AgentIndex agent, double rank)
    {
        if (m_equals.empty() || rank < m_rank)
        {
            m_equals.clear();
            m_rank = rank;
        }
        if (rank == m_rank)
        {
            m_equals.push_back(agent);
        }
    }

    /** \return the best, in the order of their offers; empty without one. */
    const std::vector<AgentIndex>&
    Equals() const
    {
        return m_equals;
    }

    /** \return the best, each of equals with the same probability; nothing without an offer. */
    std::optional<AgentIndex>
    Draw(RandomStream& random) const
    {
        if (m_equals.size() < 2)
        {
            return First();
        }
        return m_equals[random.Below(m_equals.size())];
    }

    /** \return the best, of equals the one that was offered first; nothing without an offer. */
    std::optional<AgentIndex>
    First() const
    {
        return m_equals.empty() ? std::nullopt : std::make_optional(m_equals.front());
    }

  private:
    std::vector<AgentIndex> m_equals; //!< of the rank m_rank, in the order of their offers
    double m_rank{0};
};

} // namespace sonda

#endif
