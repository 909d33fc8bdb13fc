#include "model/ns3/request-source.h"
#include "scenarios/sim/distribution.h"
#include "scenarios/sim/workload.h"
#include "tests/sim/scenario-json.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

using namespace sonda::sim;
using namespace sonda::sim::test;

namespace
{

std::shared_ptr<const RateProfile>
Rate(std::vector<RateProfile::Step> steps, double amplitude = 0, double periodS = 1)
{
    return std::make_shared<RateProfile>(RateProfile{std::move(steps), amplitude, periodS});
}

RequestKind
Kind()
{
    return {Distribution::Constant(0.05).MakeVariable(1), 100, 300};
}

ns3::Ptr<ns3::RandomVariableStream>
EqualGaps()
{
    return Distribution::Constant(1).MakeVariable(1);
}

ns3::Ptr<ns3::RandomVariableStream>
RandomGaps()
{
    return Distribution::Exponential(1).MakeVariable(1);
}

/** \return the arrivals up to a time, in seconds. */
std::vector<double>
ArrivalsOf(RequestSource& source, double untilS)
{
    std::vector<double> arrivals;
    for (auto next = source.Next(); next; next = source.Next())
    {
        if (next->arrival.GetSeconds() > untilS)
        {
            break;
        }
        REQUIRE((arrivals.empty() || next->arrival.GetSeconds() >= arrivals.back()));
        arrivals.push_back(next->arrival.GetSeconds());
    }
    return arrivals;
}

void
CheckTimes(const std::vector<double>& found, const std::vector<double>& expected)
{
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
    {
        CHECK(found[i] == Approx(expected[i]).margin(2e-9));
    }
}

/** \return how many arrivals lie between two times. */
double
CountBetween(const std::vector<double>& arrivals, double fromS, double toS)
{
    return static_cast<double>(std::lower_bound(arrivals.begin(), arrivals.end(), toS) -
                               std::lower_bound(arrivals.begin(), arrivals.end(), fromS));
}

/** Five standard deviations of a Poisson count. */
auto
NearCount(double expected)
{
    return Approx(expected).margin(5 * std::sqrt(expected));
}

Scenario
Read(const std::string& workload, std::uint32_t clients, const std::string& events = "[]")
{
    Json json = With("/workload", workload);
    json["clients"] = {{"count", clients}, {"start_s", 1}};
    json["events"] = Json::parse(events);
    return Scenario::Read(json, "file.json");
}

} // namespace

TEST_CASE("a rate that changes acts in the midst of a gap", "[request-source]")
{
    // One a second, then four, none for a second, two: the integral of the rate passes 1, 2, …
    auto source = RequestSource::AtRate(ns3::Seconds(0.5),
                                        Rate({{0, 1}, {2, 4}, {3, 0}, {4, 2}}),
                                        EqualGaps(),
                                        Kind());
    CheckTimes(ArrivalsOf(source, 5.5), {1.5, 2.125, 2.375, 2.625, 2.875, 4.25, 4.75, 5.25});
    auto last =
        RequestSource::AtRate(ns3::Seconds(0), Rate({{0, 1}, {2.5, 0}}), EqualGaps(), Kind());
    CheckTimes(ArrivalsOf(last, 1e9), {1, 2});
    CHECK_FALSE(last.Next());
}

TEST_CASE("the rate at a client's start is that of the step it begins in", "[request-source]")
{
    auto slow = RequestSource::AtRate(ns3::Seconds(50),
                                      Rate({{0, 4}, {10, 1}, {52.5, 2}}),
                                      EqualGaps(),
                                      Kind());
    CheckTimes(ArrivalsOf(slow, 53.5), {51, 52, 52.75, 53.25});
    auto fast =
        RequestSource::AtRate(ns3::Seconds(50), Rate({{0, 1}, {10, 4}}), EqualGaps(), Kind());
    CheckTimes(ArrivalsOf(fast, 50.6), {50.25, 50.5});
}

TEST_CASE("a gap beyond what the clock knows is no request", "[request-source]")
{
    auto source = RequestSource::AtRate(ns3::Seconds(0), Rate({{0, 1e-12}}), EqualGaps(), Kind());
    CHECK_FALSE(source.Next());
}

TEST_CASE("a request has the client's work and bytes", "[request-source]")
{
    auto source = RequestSource::AtGaps(ns3::Seconds(3), EqualGaps(), Kind());
    CHECK_FALSE(source.IsClosed());
    CHECK(source.Start() == ns3::Seconds(3));
    const auto request = source.Next();
    REQUIRE(request);
    CHECK(request->arrival == ns3::Seconds(4));
    CHECK(request->work == 0.05);
    CHECK(request->requestBytes == 100);
    CHECK(request->responseBytes == 300);
}

TEST_CASE("exponential gaps at a rate with steps make a Poisson process", "[request-source]")
{
    auto source = RequestSource::AtRate(ns3::Seconds(0),
                                        Rate({{0, 50}, {100, 200}, {150, 50}}),
                                        RandomGaps(),
                                        Kind());
    source.AssignStreams(40);
    const auto arrivals = ArrivalsOf(source, 300);
    CHECK(CountBetween(arrivals, 0, 100) == NearCount(5000));
    CHECK(CountBetween(arrivals, 100, 150) == NearCount(10'000));
    CHECK(CountBetween(arrivals, 150, 300) == NearCount(7500));
    // Counts of tenths of a second vary as their mean: the index of dispersion of n of them is 1
    // within 5 sqrt(2 / n).
    double sum = 0;
    double squares = 0;
    const int cells = 1000;
    for (int i = 0; i < cells; ++i)
    {
        const double count = CountBetween(arrivals, 0.1 * i, 0.1 * (i + 1));
        sum += count;
        squares += count * count;
    }
    const double mean = sum / cells;
    CHECK((squares / cells - mean * mean) / mean == Approx(1).margin(5 * std::sqrt(2.0 / cells)));
}

TEST_CASE("a sine is brought in by thinning", "[request-source][statistical]")
{
    const double period = 40;
    const double amplitude = 0.8;
    auto source = RequestSource::AtRate(ns3::Seconds(0),
                                        Rate({{0, 100}}, amplitude, period),
                                        RandomGaps(),
                                        Kind());
    source.AssignStreams(60);
    const int periods = 20;
    const auto arrivals = ArrivalsOf(source, periods * period);
    CHECK(static_cast<double>(arrivals.size()) == NearCount(100 * periods * period));
    for (int eighth = 0; eighth < 8; ++eighth)
    {
        const double from = period * eighth / 8;
        const double to = period * (eighth + 1) / 8;
        double found = 0;
        for (int i = 0; i < periods; ++i)
        {
            found += CountBetween(arrivals, i * period + from, i * period + to);
        }
        const double turn = 2 * M_PI / period;
        const double wave = amplitude * (std::cos(turn * from) - std::cos(turn * to)) / turn;
        CHECK(found == NearCount(100 * periods * (to - from + wave)));
    }
}

TEST_CASE("another load meets the same random numbers", "[request-source]")
{
    const auto arrivalsAt = [](double rate)
    {
        auto source =
            RequestSource::AtRate(ns3::Seconds(0), Rate({{0, rate}}), RandomGaps(), Kind());
        source.AssignStreams(80);
        return ArrivalsOf(source, 100 / rate);
    };
    const auto slow = arrivalsAt(1);
    const auto fast = arrivalsAt(4);
    REQUIRE(slow.size() == fast.size());
    for (std::size_t i = 0; i < slow.size(); ++i)
    {
        CHECK(fast[i] == Approx(slow[i] / 4).margin(1e-8));
    }
}

TEST_CASE("clients with equal gaps take turns", "[request-source]")
{
    // 2 agents of 1 core, load 0.5, 50 ms: 20 requests a second.
    const Scenario scenario =
        Read(R"({"load": 0.5, "service_ms": 50, "arrivals": "deterministic"})", 4);
    std::vector<double> all;
    for (auto& source : MakeSources(scenario, 2, 100))
    {
        const auto own = ArrivalsOf(source, 2);
        all.insert(all.end(), own.begin(), own.end());
    }
    std::sort(all.begin(), all.end());
    std::vector<double> expected;
    for (int i = 1; i <= 20; ++i)
    {
        expected.push_back(1 + 0.05 * i);
    }
    CheckTimes(all, expected);
}

TEST_CASE("Erlang gaps have the mean of the rate and vary less", "[request-source][statistical]")
{
    const Scenario scenario =
        Read(R"({"load": 0.5, "service_ms": 50, "arrivals": {"erlang": 4}})", 1);
    auto sources = MakeSources(scenario, 2, 100);
    const auto arrivals = ArrivalsOf(sources[0], 1001);
    // Counts of a renewal process vary by the gaps' squared coefficient of variation, 1/4.
    CHECK(static_cast<double>(arrivals.size()) ==
          Approx(20'000).margin(5 * std::sqrt(20'000 / 4.0)));
    double squares = 0;
    for (std::size_t i = 1; i < arrivals.size(); ++i)
    {
        squares += std::pow((arrivals[i] - arrivals[i - 1]) * 20 - 1, 2);
    }
    CHECK(squares / static_cast<double>(arrivals.size()) == Approx(0.25).epsilon(0.05));
}

TEST_CASE("load events and a flash crowd become steps of the rate", "[request-source]")
{
    const Scenario scenario =
        Read(R"({"load": 0.5, "service_ms": 50,
                 "arrivals": {"flash_crowd": {"at_s": 4, "lasts_s": 2, "factor": 3}}})",
             2,
             R"([{"at_s": 5, "do": "load", "load": 1}, {"at_s": 8, "do": "load", "load": 0.1},
                 {"at_s": 8, "do": "load", "load": 0.25}])");
    const RateProfile rate = MakeRate(scenario, 2);
    CHECK(rate.amplitude == 0);
    const std::vector<std::pair<double, double>> expected = {
        {0, 10},
        {4, 30},
        {5, 60},
        {6, 20},
        {8, 5},
    };
    REQUIRE(rate.steps.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
    {
        CHECK(rate.steps[i].fromS == expected[i].first);
        CHECK(rate.steps[i].perSecond == Approx(expected[i].second));
    }
    const RateProfile wave = MakeRate(Read(R"({"load": 0.5, "service_ms": 50,
                 "arrivals": {"diurnal": {"period_s": 60, "amplitude": 0.5}}})",
                                           2),
                                      2);
    CHECK(wave.amplitude == 0.5);
    CHECK(wave.periodS == 60);
    CHECK(wave.steps.size() == 1);
}

TEST_CASE("the rows of a trace are dealt to the clients in turn", "[request-source]")
{
    const auto trace =
        std::make_shared<Trace>(Trace{{0, 0.01}, {0.5, 0.02}, {0.5, 0.03}, {2, 0.04}, {7, 0.05}});
    auto source = RequestSource::Replay(ns3::Seconds(1), trace, 1, 2, Kind());
    CHECK(source.AssignStreams(5) == 3);
    const auto first = source.Next();
    REQUIRE(first);
    CHECK(first->arrival == ns3::Seconds(1.5));
    CHECK(first->work == 0.02);
    const auto second = source.Next();
    REQUIRE(second);
    CHECK(second->arrival == ns3::Seconds(3));
    CHECK(second->work == 0.04);
    CHECK_FALSE(source.Next());
    CHECK_FALSE(source.Next());
}

TEST_CASE("a closed source thinks after each outcome", "[request-source]")
{
    auto source = RequestSource::Closed(ns3::Seconds(1),
                                        Distribution::Constant(0.25).MakeVariable(1),
                                        Kind());
    CHECK(source.IsClosed());
    CHECK(source.NextAfter(source.Start()).arrival == ns3::Seconds(1.25));
    CHECK(source.NextAfter(ns3::Seconds(5)).arrival == ns3::Seconds(5.25));
}
