#ifndef SONDA_SCENARIOS_SIM_SCENARIO_H
#define SONDA_SCENARIOS_SIM_SCENARIO_H

#include "model/ns3/server-model.h"
#include "scenarios/sim/distribution.h"
#include "scenarios/sim/json-reader.h"

#include <cstdint>
#include <string>
#include <vector>

/** A scenario file (docs/design.md, section 6.1) as values; units are those of the file's keys. */
namespace sonda::sim
{

/** How requests travel; see docs/design.md, section 6. */
enum class Fidelity
{
    REQUEST,
    PACKET,
};

const char* ToString(Fidelity fidelity);

struct ProbeScenario
{
    double intervalS{5};
    std::uint32_t windowMs{500};
};

struct ClientsScenario
{
    std::uint32_t count{4};
    Distribution delayMs{Distribution::Constant(1)};
    /** When they begin; by default when the first reply window is over and all agents are known. */
    double startS{0};
};

/** Load of a machine by others: `level` of its CPU, always or on and off. */
struct BackgroundScenario
{
    double level{0};
    bool onOff{false};
    Distribution onS;
    Distribution offS;
};

/** A group of equal agents, named NAME[0], NAME[1], … */
struct AgentsScenario
{
    std::string name;
    std::uint32_t count{1};
    std::uint32_t cores{1};
    Distribution speed{Distribution::Constant(1)};
    Distribution ramMb{Distribution::Constant(4096)};
    Distribution delayMs{Distribution::Constant(0.2)};
    Discipline discipline{Discipline::PROCESSOR_SHARING};
    double weight{1};
    BackgroundScenario background;
};

struct WorkloadScenario
{
    double load{0.7};
    Distribution serviceMs;
    double ramMb{8};
    std::uint32_t requestBytes{200};
    std::uint32_t responseBytes{2000};
};

/** Something that happens to agents. */
struct EventScenario
{
    double atS{0};
    std::string agents; //!< NAME or NAME[i]
    std::string action; //!< crash or recover
};

struct Scenario
{
    std::string name;
    std::string about;
    double durationS{0};
    double warmupS{0};
    Fidelity fidelity{Fidelity::REQUEST};
    ProbeScenario probe;
    ClientsScenario clients;
    std::vector<AgentsScenario> agents;
    WorkloadScenario workload;
    std::vector<EventScenario> events;

    /** Reads and checks a scenario. \param file for messages. Throws ScenarioError. */
    static Scenario Read(const JsonReader::Json& json, const std::string& file);

    /** \return the scenario with every default written out. */
    JsonReader::Json ToJson() const;

    std::uint32_t AgentCount() const;
};

/**
 * \return a scenario file's content with overrides applied
 * \param path of the file
 * \param overrides texts `key=value`, key as in `probe.interval_s` or `agents[0].speed`, value JSON
 *        or else a text. Throws ScenarioError.
 */
JsonReader::Json LoadScenario(const std::string& path, const std::vector<std::string>& overrides);

} // namespace sonda::sim

#endif
