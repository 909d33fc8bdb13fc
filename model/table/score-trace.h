#ifndef SONDA_MODEL_TABLE_SCORE_TRACE_H
#define SONDA_MODEL_TABLE_SCORE_TRACE_H

#include "model/table/agent-status.h"

#include <array>
#include <cstddef>
#include <vector>

namespace sonda
{

/**
 * Writes down whom a pick looked at: which scores the policy asked the table for, and what its
 * index answered. A table fills it while it is attached (StatusTable::SetTrace()); its owner clears
 * it before each pick. Of many it keeps the best, so that a pick costs O(1) more per score.
 */
class ScoreTrace
{
  public:
    struct Entry
    {
        AgentIndex agent;
        double score; //!< NaN: not known
        double rank;  //!< less is better, see Formula::Rank()
    };

    /** Enough to see why one was better than the others, few enough to copy with every pick. */
    static constexpr std::size_t MOST_KEPT = 8;

    void
    Clear()
    {
        m_kept = 0;
        m_looked = 0;
        m_indexed = false;
    }

    /** The score of an agent was asked for. */
    void
    Note(const Entry& entry)
    {
        ++m_looked;
        if (m_kept < MOST_KEPT)
        {
            m_entries[m_kept++] = entry;
            return;
        }
        Entry* worst = &m_entries[0];
        for (Entry& kept : m_entries)
        {
            worst = kept.rank > worst->rank ? &kept : worst;
        }
        if (entry.rank < worst->rank)
        {
            *worst = entry;
        }
    }

    /** The index named the agents with the best score. \param score NaN: not known */
    void
    NoteIndexed(const std::vector<AgentIndex>& best, double score, double rank)
    {
        m_indexed = true;
        m_looked += best.size();
        for (std::size_t i = 0; i < best.size() && m_kept < MOST_KEPT; ++i)
        {
            m_entries[m_kept++] = {best[i], score, rank};
        }
    }

    /** \return how many scores were looked at; more than entries are kept when there were many. */
    std::size_t
    Looked() const
    {
        return m_looked;
    }

    /** \return whether the index was asked: it knows the best of all without looking at others. */
    bool
    Indexed() const
    {
        return m_indexed;
    }

    const Entry*
    begin() const
    {
        return m_entries.data();
    }

    const Entry*
    end() const
    {
        return m_entries.data() + m_kept;
    }

  private:
    std::array<Entry, MOST_KEPT> m_entries; //!< the first m_kept are filled
    std::size_t m_kept{0};
    std::size_t m_looked{0};
    bool m_indexed{false};
};

} // namespace sonda

#endif
