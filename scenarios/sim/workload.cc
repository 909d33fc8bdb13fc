#include "scenarios/sim/workload.h"

#include "model/ns3/adapters.h"

#include "ns3/double.h"
#include "ns3/string.h"

#include <algorithm>
#include <set>
#include <string>

namespace sonda::sim
{

namespace
{

using Kind = ArrivalsScenario::Kind;

/** \return `workload.load` at a time, which events change. */
double
LoadAt(const Scenario& scenario, double timeS)
{
    double load = scenario.workload.load;
    double since = -1;
    for (const auto& event : scenario.events)
    {
        // Of two at one moment the later in the file counts.
        if (event.action == EventScenario::Action::LOAD && event.atS <= timeS && event.atS >= since)
        {
            load = event.load;
            since = event.atS;
        }
    }
    return load;
}

double
CrowdFactorAt(const ArrivalsScenario& arrivals, double timeS)
{
    const bool crowd = arrivals.kind == Kind::FLASH_CROWD && timeS >= arrivals.atS &&
                       timeS < arrivals.atS + arrivals.lastsS;
    return crowd ? arrivals.factor : 1;
}

/** \return the gaps between a client's requests as numbers of expected requests. */
ns3::Ptr<ns3::RandomVariableStream>
MakeGaps(const ArrivalsScenario& arrivals)
{
    if (arrivals.kind == Kind::DETERMINISTIC)
    {
        return Distribution::Constant(1).MakeVariable(1);
    }
    if (arrivals.kind == Kind::ERLANG)
    {
        auto variable = ns3::CreateObject<ns3::ErlangRandomVariable>();
        // As a text: whether the attribute is signed depends on ns-3's version.
        variable->SetAttribute("K", ns3::StringValue(std::to_string(arrivals.stages)));
        variable->SetAttribute("Lambda", ns3::DoubleValue(1.0 / arrivals.stages));
        return variable;
    }
    return Distribution::Exponential(1).MakeVariable(1);
}

} // namespace

RateProfile
MakeRate(const Scenario& scenario, double capacity)
{
    const ArrivalsScenario& arrivals = scenario.workload.arrivals;
    std::set<double> times = {0};
    for (const auto& event : scenario.events)
    {
        if (event.action == EventScenario::Action::LOAD)
        {
            times.insert(event.atS);
        }
    }
    if (arrivals.kind == Kind::FLASH_CROWD)
    {
        times.insert({arrivals.atS, arrivals.atS + arrivals.lastsS});
    }
    const double workS = scenario.workload.serviceMs.Mean() * 1e-3;
    const double whole = capacity / workS / scenario.clients.count;
    RateProfile rate;
    for (const double time : times)
    {
        const double load = LoadAt(scenario, time) * CrowdFactorAt(arrivals, time);
        rate.steps.push_back({time, load * whole});
    }
    if (arrivals.kind == Kind::DIURNAL)
    {
        rate.amplitude = arrivals.amplitude;
        rate.periodS = arrivals.periodS;
    }
    return rate;
}

std::vector<RequestSource>
MakeSources(const Scenario& scenario, double capacity, std::int64_t stream)
{
    const WorkloadScenario& workload = scenario.workload;
    const ArrivalsScenario& arrivals = workload.arrivals;
    const std::uint32_t count = scenario.clients.count;
    const ns3::Time start = TimeFromSeconds(scenario.clients.startS);
    const auto rate = arrivals.FollowsLoad()
                          ? std::make_shared<const RateProfile>(MakeRate(scenario, capacity))
                          : nullptr;
    std::vector<RequestSource> sources;
    for (std::uint32_t i = 0; i < count; ++i)
    {
        RequestKind kind{nullptr, workload.requestBytes, workload.responseBytes};
        if (arrivals.kind == Kind::TRACE)
        {
            sources.push_back(RequestSource::Replay(start, arrivals.trace, i, count, kind));
            continue;
        }
        kind.work = workload.serviceMs.MakeVariable(1e-3);
        if (arrivals.kind == Kind::CLOSED)
        {
            sources.push_back(
                RequestSource::Closed(start, arrivals.thinkMs.MakeVariable(1e-3), kind));
        }
        else
        {
            // With equal gaps the clients take turns, so that all gaps are equal.
            const bool turns = arrivals.kind == Kind::DETERMINISTIC;
            const double headStart = turns ? (count - 1.0 - i) / count : 0;
            sources.push_back(
                RequestSource::AtRate(start, rate, MakeGaps(arrivals), kind, headStart));
        }
        stream += sources.back().AssignStreams(stream);
    }
    return sources;
}

} // namespace sonda::sim
