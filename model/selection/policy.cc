#include "model/selection/policy.h"

namespace sonda
{

void
Policy::OnDispatch(const StatusTable&, AgentIndex, Instant)
{
}

void
Policy::OnCompletion(const StatusTable&, AgentIndex, const Ending&, Instant)
{
}

void
Policy::OnReport(const StatusTable&, AgentIndex, Instant)
{
}

void
Policy::OnNotice(const StatusTable&, AgentIndex, Instant)
{
}

void
Policy::OnRemoved(AgentIndex)
{
}

void
Policy::WantedProbes(const StatusTable&, Instant, RandomStream&, std::vector<AgentIndex>&)
{
}

} // namespace sonda
