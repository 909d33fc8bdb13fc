#include "realnet/admin/snapshot-taker.h"

#include "model/table/score-inputs.h"
#include "realnet/common/capacity.h"

#include <algorithm>

namespace sonda
{

namespace
{

std::string
NameOf(const StatusTable& table, AgentIndex agent)
{
    return table.Has(agent) ? table.Get(agent).id : "";
}

} // namespace

PickRule
MakePickRule(const Formula& formula, const std::string& policy)
{
    PickRule rule{formula.GetName(),
                  formula.GetText(),
                  formula.GetSense() == Sense::LOWEST,
                  {},
                  policy};
    for (const Variable variable : formula.GetVariables())
    {
        rule.variables.push_back(AllVariables()[static_cast<std::size_t>(variable)].name);
    }
    return rule;
}

SnapshotTaker::SnapshotTaker(const SharedBalancer& balancer,
                             const LiveFigures& figures,
                             Instant start)
    : m_balancer(balancer),
      m_figures(figures),
      m_start(start)
{
}

std::vector<AgentRow>
SnapshotTaker::TakeAgents() const
{
    const std::vector<AgentIndex> all = m_balancer.Inspect([](const Balancer& balancer, Instant)
                                                           { return balancer.Table().All(); });
    std::vector<AgentRow> rows;
    rows.reserve(all.size());
    for (std::size_t begin = 0; begin < all.size(); begin += SLICE)
    {
        const std::size_t end = std::min(begin + SLICE, all.size());
        m_balancer.Inspect(
            [&](const Balancer& balancer, Instant now)
            {
                for (std::size_t i = begin; i < end; ++i)
                {
                    if (balancer.Table().Has(all[i]))
                    {
                        rows.push_back(MakeRow(balancer.Table(), all[i], now));
                    }
                }
            });
    }
    return rows;
}

AgentRow
SnapshotTaker::MakeRow(const StatusTable& table, AgentIndex agent, Instant now) const
{
    const AgentStatus& status = table.Get(agent);
    const auto& candidates = table.Candidates();
    AgentRow row;
    row.index = agent;
    row.id = status.id;
    row.server = status.server;
    row.freshness = status.freshness;
    row.reported = status.report.state;
    row.drained = status.drained;
    row.barred = status.barred;
    row.restingReports = status.restingReports;
    row.restReason = status.restReason;
    row.full = status.fit && !status.able;
    row.candidate = std::binary_search(candidates.begin(), candidates.end(), agent);
    row.score = table.Score(agent, now);
    for (const Variable variable : table.GetFormula().GetVariables())
    {
        row.terms.push_back(ValueOf(variable, status, now));
    }
    row.capacity = CapacityOf(status.report);
    row.ageS = ToSeconds(now - status.reportedAt);
    row.rttS = ToSeconds(status.rtt.Smoothed());
    row.rttMinS = ToSeconds(status.rtt.Least());
    row.inFlight = status.inFlight;
    row.reports = status.reports;
    row.picks = status.dispatches;
    row.completions = status.completions;
    row.failures = status.failures;
    row.connectFailures = status.connectFailures;
    row.abandoned = status.abandoned;
    row.endedEmpty = status.endedEmpty;
    row.times = m_figures.TimesOf(agent);
    return row;
}

void
SnapshotTaker::TakeTotals(AdminSnapshot& snapshot) const
{
    snapshot.table = m_balancer.GetStanding();
    m_balancer.Inspect(
        [&](const Balancer&, Instant)
        {
            snapshot.departed = m_figures.Departed();
            snapshot.otherTimes = m_figures.OtherTimes();
            return true;
        });
}

PickRule
SnapshotTaker::TakeRule(const std::string& policy) const
{
    return m_balancer.Inspect([&policy](const Balancer& balancer, Instant)
                              { return MakePickRule(balancer.Table().GetFormula(), policy); });
}

std::vector<DecisionRow>
SnapshotTaker::TakeDecisions() const
{
    return m_balancer.Inspect(
        [this](const Balancer& balancer, Instant)
        {
            std::vector<DecisionRow> rows;
            for (const Decision& decision : m_figures.Decisions())
            {
                DecisionRow row;
                row.decision = decision;
                row.atS = ToSeconds(decision.at - m_start);
                row.agent = NameOf(balancer.Table(), decision.agent);
                for (std::size_t i = 0; i < decision.kept; ++i)
                {
                    row.looks.push_back(NameOf(balancer.Table(), decision.looks[i].agent));
                }
                rows.push_back(std::move(row));
            }
            return rows;
        });
}

} // namespace sonda
