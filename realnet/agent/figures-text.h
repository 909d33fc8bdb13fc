#ifndef SONDA_REALNET_AGENT_FIGURES_TEXT_H
#define SONDA_REALNET_AGENT_FIGURES_TEXT_H

#include "model/base/error.h"
#include "model/control/agent.h"
#include "realnet/agent/connection-counter.h"
#include "realnet/agent/load-sampler.h"

#include <string>

namespace sonda
{

/**
 * \return one line for a person: every figure, "not known" where it is not, and behind them where
 * each comes from. Pure.
 */
std::string DescribeFigures(const AgentOptions& options,
                            const LoadFigures& figures,
                            const Expected<ConnectionCount>& connections,
                            double weight);

} // namespace sonda

#endif
