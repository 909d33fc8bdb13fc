#ifndef SONDA_REALNET_ADMIN_SNAPSHOT_H
#define SONDA_REALNET_ADMIN_SNAPSHOT_H

#include "model/protocol/pdu.h"
#include "realnet/admin/herding.h"
#include "realnet/admin/live-figures.h"
#include "realnet/balancer/shared-balancer.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

/**
 * What the admin side knows, as plain values: the control thread makes a snapshot, publishes it and
 * never changes it again, so that any number of HTTP threads may read it. Times are seconds; those
 * without another origin count from the start of the proxy. NaN: not known.
 */
namespace sonda
{

/** One agent. */
struct AgentRow
{
    AgentIndex index{0};
    std::string id;
    Endpoint server;
    Freshness freshness{Freshness::FRESH};
    ServerState reported{ServerState::READY};
    bool drained{false}; //!< by the operator
    bool barred{false};  //!< its server is this proxy
    std::uint32_t restingReports{0};
    RestReason restReason{RestReason::NONE};
    bool full{false}; //!< could serve, but has as many connections as it may
    bool candidate{false};

    double score{0};
    std::vector<double> terms; //!< values of the formula's variables, in its order
    double capacity{1};
    double ageS{0};
    double rttS{0};
    double rttMinS{0};
    std::uint32_t inFlight{0};
    std::uint64_t reports{0};
    std::uint64_t picks{0};
    std::uint64_t completions{0};
    std::uint64_t failures{0};
    std::uint64_t connectFailures{0};
    std::uint64_t abandoned{0};
    std::uint64_t endedEmpty{0};
    std::shared_ptr<const AgentTimes> times;
};

/** One agent in one window: what windows.csv says of it too. */
struct WindowCell
{
    std::string id;
    double capacity{1};
    std::uint64_t picks{0};
    std::uint64_t completions{0};
    std::uint64_t failures{0};
    std::uint32_t inFlight{0}; //!< at the end, as is what follows
    bool candidate{false};     //!< here, as thousands of cells are kept: without a gap
    double score{0};
    double rttS{0};
    double ageS{0};
};

/** A closed window. */
struct Window
{
    std::uint64_t number{0};
    double startS{0};
    double endS{0};
    std::vector<WindowCell> cells; //!< in the order of the agents' indices
    WindowFairness fairness;
    unsigned herdingRow{0}; //!< herding windows in a row, this one included
};

/** One decision with names, as they were when the snapshot was taken. */
struct DecisionRow
{
    Decision decision;
    double atS{0};
    std::string agent;
    std::vector<std::string> looks; //!< names of decision.looks
};

/** What does not change while the proxy runs. */
struct ProxyFacts
{
    std::string instance; //!< differs after every start
    std::string started;  //!< wall time, ISO 8601
    std::string version;
    std::string commit;
    std::string listening;
    double windowS{0}; //!< length of a window
};

/** By what agents are picked; a reload may change it. */
struct PickRule
{
    std::string formulaName;
    std::string formulaText; //!< sense included
    bool lowestIsBest{true};
    std::vector<std::string> variables; //!< of the formula
    std::string policy;                 //!< with its parameters
};

PickRule MakePickRule(const Formula& formula, const std::string& policy);

struct AdminSnapshot
{
    std::shared_ptr<const ProxyFacts> facts;
    PickRule rule;
    double intervalS{0};       //!< between probes
    std::uint64_t sequence{0}; //!< grows by one with each
    double takenS{0};
    bool draining{false};
    std::size_t open{0};    //!< connections now
    std::size_t backlog{0}; //!< clients that wait in the kernel now
    nlohmann::ordered_json counters;
    SharedBalancer::Standing table; //!< of all agents together
    std::vector<AgentRow> agents;   //!< sorted by index
    AgentTotals departed;           //!< of agents without series that are gone
    std::shared_ptr<const AgentTimes>
        otherTimes;                     //!< of all agents without series, ever; may be null
    std::vector<std::string> drained;   //!< identities, also of agents that are not there
    std::vector<DecisionRow> decisions; //!< newest first
    std::vector<std::shared_ptr<const Window>> windows; //!< oldest first
    bool herding{false};
};

} // namespace sonda

#endif
