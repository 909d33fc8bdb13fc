#ifndef SONDA_SCENARIOS_SIM_SCENARIO_H
#define SONDA_SCENARIOS_SIM_SCENARIO_H

#include "model/connection/proxy-rules.h"
#include "model/ns3/request.h"
#include "model/ns3/server-model.h"
#include "model/protocol/pdu.h"
#include "scenarios/sim/data-file.h"
#include "scenarios/sim/distribution.h"
#include "scenarios/sim/json-reader.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/** A scenario file (docs/design.md, section 6.1) as values; units are those of the file's keys. */
namespace sonda::sim
{

/** How probes and requests travel; see docs/design.md, section 6. */
enum class Fidelity
{
    EVENT,
    REQUEST,
    PACKET,
};

const char* ToString(Fidelity fidelity);

struct ProbeScenario
{
    double intervalS{5};
    std::uint32_t windowMs{500};
    double loss{0};          //!< probability that a datagram is lost, each by itself
    std::uint32_t slices{1}; //!< requests per interval; each agent answers one of them
    bool inStep{false};      //!< whether all monitors ask at the same moments
};

struct ClientsScenario
{
    std::uint32_t count{4};
    Distribution delayMs{Distribution::Constant(1)};
    /** When they begin; by default when the first interval's responses are in. */
    double startS{0};
};

/** Load of the machines of a group by others. */
struct BackgroundScenario
{
    enum class Kind
    {
        CONSTANT,    //!< always `level`
        ON_OFF,      //!< `level` for a time onS, nothing for a time offS, beginning with nothing
        REDRAWN,     //!< one of `levels`, drawn anew after each time everyS
        ANTAGONISTS, //!< `count` of them, each takes `level` of one agent and hops after everyS
    };

    Kind kind{Kind::CONSTANT};
    double level{0}; //!< share of the CPU
    Distribution levels;
    Distribution onS;
    Distribution offS;
    Distribution everyS;
    bool shared{false}; //!< on_off, redrawn: all agents of the group alike, at the same moments
    std::uint32_t count{1};
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
    std::uint32_t concurrency{
        1}; //!< limited processor sharing: requests that are worked on at once
    double weight{1};
    bool hasAgent{true}; //!< false: the proxies list the servers and check them by connecting
    BackgroundScenario background;
};

/** When requests come. */
struct ArrivalsScenario
{
    enum class Kind
    {
        POISSON,
        DETERMINISTIC, //!< equal gaps over all clients
        ERLANG,        //!< each client's gaps are sums of `stages` exponential ones
        DIURNAL,       //!< Poisson, its rate a sine around the mean
        FLASH_CROWD,   //!< Poisson, its rate `factor` times the usual one for a while
        TRACE,         //!< as a file says
        CLOSED,        //!< each client has one request under way or thinks
    };

    Kind kind{Kind::POISSON};
    std::uint32_t stages{1};
    double periodS{0};
    double amplitude{0}; //!< of the sine, relative to the mean
    double atS{0};
    double lastsS{0};
    double factor{1};
    Distribution thinkMs;
    DataFile file{};
    std::shared_ptr<const Trace> trace{};

    /** \return whether `workload.load` says how many requests come. */
    bool
    FollowsLoad() const
    {
        return kind != Kind::TRACE && kind != Kind::CLOSED;
    }
};

struct WorkloadScenario
{
    double load{0.7}; //!< unless trace or closed
    ArrivalsScenario arrivals;
    Distribution serviceMs; //!< of a trace: the mean of its rows
    double ramMb{8};
    std::uint32_t requestBytes{200};
    std::uint32_t responseBytes{2000};
};

/** What a lying agent reports; what is absent it reports truly. */
struct LieScenario
{
    std::optional<double> cpu; //!< unused, percent
    std::optional<double> ramMb;
    std::optional<double> load1;
    std::optional<std::uint32_t> inFlight;
    std::optional<double> serviceMs;
    std::optional<double> rate;
    std::optional<double> weight;
};

/** Something that happens. */
struct EventScenario
{
    enum class Action
    {
        CRASH,
        RECOVER,
        SILENCE,
        LIE,
        SLOW,
        FAIL,
        SERVER_CRASH,
        DRAIN,
        JOIN,
        LEAVE,
        LOAD,
        PROXY_DRAIN,
        PROXY_RELOAD,
    };

    double atS{0};
    std::string agents; //!< NAME or NAME[i]; empty when IsForAgents() is false
    Action action{Action::CRASH};
    LieScenario report;                  //!< LIE
    double factor{1};                    //!< SLOW
    RequestEnd how{RequestEnd::RESET};   //!< FAIL
    double load{0};                      //!< LOAD
    ProxyRules proxy;                    //!< PROXY_RELOAD
    std::optional<std::uint32_t> number; //!< which proxy; empty: all

    /** \return whether it befalls agents or their servers, and not the load or a proxy. */
    bool
    IsForAgents() const
    {
        return action < Action::LOAD;
    }

    /** \return whether it is for the agent \p id, NAME[i]. */
    bool IsFor(const std::string& id) const;
};

struct Scenario
{
    std::string name;
    std::string about;
    double durationS{0};
    double warmupS{0};
    Fidelity fidelity{Fidelity::REQUEST};
    ProbeScenario probe;
    std::uint32_t monitors{1}; //!< proxies, each with its own monitor; client i uses i mod monitors
    ProxyRules proxy;          //!< what each of them does beside picking
    ClientsScenario clients;
    std::vector<AgentsScenario> agents;
    WorkloadScenario workload;
    std::vector<EventScenario> events; //!< in the order of the file

    /**
     * Reads and checks a scenario. Throws ScenarioError.
     * \param file for messages; files that the scenario names are relative to its folder
     */
    static Scenario Read(const JsonReader::Json& json, const std::string& file);

    /** \return the scenario with every default written out. */
    JsonReader::Json ToJson() const;

    std::uint32_t AgentCount() const;

    /** \return whether the agent \p id is absent until it joins: its first event is `join`. */
    bool IsAbsentAtFirst(const std::string& id) const;
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
