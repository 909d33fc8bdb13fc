#ifndef SONDA_MODEL_TABLE_PER_AGENT_H
#define SONDA_MODEL_TABLE_PER_AGENT_H

#include "model/table/agent-status.h"

#include <cstddef>
#include <vector>

namespace sonda
{

/** A value for every agent, by index; agents that were never asked for have the value of T{}. */
template <typename T>
class PerAgent
{
  public:
    T&
    operator[](AgentIndex agent)
    {
        if (agent >= m_values.size())
        {
            m_values.resize(agent + 1);
        }
        return m_values[agent];
    }

    /** \return how many indexes have a value; all behind them have that of T{}. */
    std::size_t
    Size() const
    {
        return m_values.size();
    }

    /** Forgets the agent's value, as its index will be given again. */
    void
    Reset(AgentIndex agent)
    {
        if (agent < m_values.size())
        {
            m_values[agent] = T{};
        }
    }

  private:
    std::vector<T> m_values;
};

} // namespace sonda

#endif
