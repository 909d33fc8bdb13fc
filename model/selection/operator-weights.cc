#include "model/selection/operator-weights.h"

namespace sonda
{

void
OperatorWeights::Look(const View& view)
{
    if (m_epoch == view.Epoch())
    {
        return;
    }
    m_epoch = view.Epoch();
    m_weights.clear();
    m_lottery.Clear();
    m_areEqual = true;
    for (const AgentIndex agent : view.Candidates())
    {
        m_weights.push_back(view.Table().Get(agent).report.weight);
        m_lottery.Add(m_weights.back());
        m_areEqual = m_areEqual && m_weights.back() == m_weights.front();
    }
}

} // namespace sonda
