#ifndef SONDA_MODEL_SELECTION_AGENT_SET_H
#define SONDA_MODEL_SELECTION_AGENT_SET_H

#include "model/table/per-agent.h"

#include <cstddef>
#include <optional>
#include <vector>

/** Two small containers of agents in which everything is O(1); they grow, and never shrink. */
namespace sonda
{

/** Agents in no order; one of them can be drawn by its place. */
class AgentSet
{
  public:
    void
    Insert(AgentIndex agent)
    {
        if (m_places[agent] == 0)
        {
            m_agents.push_back(agent);
            m_places[agent] = m_agents.size();
        }
    }

    void
    Erase(AgentIndex agent)
    {
        const std::size_t place = m_places[agent];
        if (place > 0)
        {
            m_agents[place - 1] = m_agents.back();
            m_places[m_agents.back()] = place;
            m_agents.pop_back();
            m_places[agent] = 0;
        }
    }

    /** \param place below Size() */
    AgentIndex
    At(std::size_t place) const
    {
        return m_agents[place];
    }

    std::size_t
    Size() const
    {
        return m_agents.size();
    }

  private:
    std::vector<AgentIndex> m_agents;
    PerAgent<std::size_t> m_places; //!< in m_agents, counted from 1; 0: not there
};

/** Agents in the order in which they were appended, each at most once. */
class AgentQueue
{
  public:
    void
    Append(AgentIndex agent)
    {
        if (m_links[agent].in)
        {
            return;
        }
        m_links[agent] = {true, m_last, std::nullopt};
        (m_last ? m_links[*m_last].next : m_first) = agent;
        m_last = agent;
        ++m_size;
    }

    void
    Erase(AgentIndex agent)
    {
        const Link link = m_links[agent];
        if (link.in)
        {
            (link.before ? m_links[*link.before].next : m_first) = link.next;
            (link.next ? m_links[*link.next].before : m_last) = link.before;
            m_links[agent] = {};
            --m_size;
        }
    }

    std::optional<AgentIndex>
    First() const
    {
        return m_first;
    }

    /** \return who comes after the agent, which is in the queue. */
    std::optional<AgentIndex>
    After(AgentIndex agent)
    {
        return m_links[agent].next;
    }

    std::size_t
    Size() const
    {
        return m_size;
    }

  private:
    struct Link
    {
        bool in{false};
        std::optional<AgentIndex> before;
        std::optional<AgentIndex> next;
    };

    PerAgent<Link> m_links;
    std::optional<AgentIndex> m_first;
    std::optional<AgentIndex> m_last;
    std::size_t m_size{0};
};

} // namespace sonda

#endif
