#ifndef SONDA_MODEL_SELECTION_VIEW_H
#define SONDA_MODEL_SELECTION_VIEW_H

#include "model/selection/ageing.h"
#include "model/selection/candidates.h"
#include "model/table/status-table.h"

#include <cstdint>
#include <vector>

namespace sonda
{

/**
 * What a policy sees of the table: candidates and scores after the rule about old reports, so that
 * no policy needs to know the rule. A policy calls Look() at the beginning of a pick; the rest is
 * valid until the pick ends. For one table only. Not thread-safe.
 *
 * The rules cost nothing where there is none. The cut-off keeps a list of those who are young
 * enough, made anew when a report came or the next of them grows too old; the decay a median, made
 * anew with a report. Both cost O(n) a report.
 */
class View
{
  public:
    explicit View(AgeRule rule = {});

    void Look(const StatusTable& table, Instant now);

    /** \return who may be picked, sorted by index. */
    const std::vector<AgentIndex>&
    Candidates() const
    {
        return *m_candidates;
    }

    /** \return whether the table's agent is among them: O(1), with a cut-off O(log n). */
    bool
    Has(AgentIndex agent) const
    {
        return m_candidates == &m_table->Candidates() ? m_table->Get(agent).isCandidate
                                                      : Contains(*m_candidates, agent);
    }

    double Score(AgentIndex agent) const;

    /** \return the score on a scale where less is better and NaN is worst, as Formula::Rank(). */
    double
    Rank(AgentIndex agent) const
    {
        return m_table->GetFormula().Rank(Score(agent));
    }

    const StatusTable&
    Table() const
    {
        return *m_table;
    }

    Instant
    Now() const
    {
        return m_now;
    }

    Sense
    GetSense() const
    {
        return m_table->GetFormula().GetSense();
    }

    /** \return whether StatusTable::BestIndexed() is what this view's best are. */
    bool
    IsIndexed() const
    {
        return m_rule.kind == AgeRule::Kind::NONE && m_table->IsIndexed();
    }

    /** \return whether scores stay as they are for as long as Epoch() does. */
    bool
    IsSteady() const
    {
        return m_table->GetFormula().IsStatic() && !m_rule.ChangesScores();
    }

    /** \return a number that changes whenever the candidates may have changed; never 0. */
    std::uint64_t
    Epoch() const
    {
        return m_epoch;
    }

  private:
    void Filter();
    void FindMedian();

    AgeRule m_rule;
    const StatusTable* m_table{nullptr};
    Instant m_now{};
    const std::vector<AgentIndex>* m_candidates{nullptr};
    std::uint64_t m_version{0}; //!< of the table when the below were made
    std::uint64_t m_epoch{0};
    std::vector<AgentIndex> m_young;
    Instant m_youngUntil{}; //!< when the next of them is too old
    std::vector<double> m_scores;
    double m_median{0};
};

} // namespace sonda

#endif
