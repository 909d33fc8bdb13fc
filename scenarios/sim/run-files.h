#ifndef SONDA_SCENARIOS_SIM_RUN_FILES_H
#define SONDA_SCENARIOS_SIM_RUN_FILES_H

#include "model/scoring/formula.h"
#include "scenarios/sim/scenario.h"
#include "scenarios/sim/world.h"

#include <string>
#include <vector>

namespace sonda::sim
{

/** What was asked for: everything that is needed to repeat a run. */
struct RunOrder
{
    std::string scenarioFile;
    std::vector<std::string> overrides;
    Scenario scenario;
    std::string formulaName;
    std::string formulaText;
    Sense sense{Sense::LOWEST}; //!< of the formula
    std::string policy;
    std::vector<std::string> commandLine;
};

/** What a run cost; differs from run to run. */
struct RunCost
{
    std::string started; //!< UTC, ISO 8601
    double wallS{0};
    std::uint64_t events{0}; //!< executed by the simulator
};

/**
 * Writes the files of design section 7 into \p folder, which must not exist.
 * \param requests for requests.csv.gz, or null
 */
void WriteRunFiles(const std::string& folder,
                   const RunOrder& order,
                   const World& world,
                   const RunCost& cost,
                   RequestLog* requests);

} // namespace sonda::sim

#endif
