#ifndef SONDA_MODEL_TABLE_SCORE_INDEX_H
#define SONDA_MODEL_TABLE_SCORE_INDEX_H

#include "model/table/agent-status.h"

#include <map>
#include <optional>
#include <vector>

namespace sonda
{

/**
 * Agents ordered by rank (Formula::Rank: less is better, never NaN).
 *
 * Invariants: every agent that was put and not erased is in exactly one bucket; a bucket holds all
 * agents of one rank, sorted by index; no bucket is empty. So equal scores live side by side, and
 * the order (rank, index) is total.
 *
 * Put and Erase cost O(log n) plus a move of the bucket's tail; Best costs O(1).
 */
class ScoreIndex
{
  public:
    /** Inserts the agent, or moves it to its new rank. */
    void Put(AgentIndex agent, double rank);

    /** Removes the agent; one that is not there is ignored. */
    void Erase(AgentIndex agent);

    /** \return the agents with the least rank, sorted by index; empty when there is none. */
    const std::vector<AgentIndex>& Best() const;

    /** \return the least rank. There must be an agent. */
    double
    BestRank() const
    {
        return m_buckets.begin()->first;
    }

    std::size_t
    Size() const
    {
        return m_size;
    }

  private:
    std::map<double, std::vector<AgentIndex>> m_buckets;
    std::vector<std::optional<double>> m_rankOf; //!< by agent
    std::size_t m_size{0};
};

} // namespace sonda

#endif
