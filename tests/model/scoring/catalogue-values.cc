#include "model/scoring/catalogue.h"
#include "tests/catch.h"

#include <cmath>
#include <string>
#include <vector>

using namespace sonda;

namespace
{

using Values = std::vector<std::pair<Variable, double>>;

/** \return the score of a built-in formula for the given figures; the others are not known. */
double
ScoreOf(const std::string& name, const Values& values)
{
    FormulaInputs inputs;
    inputs.fill(std::nan(""));
    for (const auto& [variable, value] : values)
    {
        inputs[static_cast<std::size_t>(variable)] = value;
    }
    return Catalogue::BuiltIn().Find(name)->Score(inputs);
}

/** nginx's least_time of an agent of weight 1. */
double
LeastTime(double latency, double idle, double waiting, double inFlight)
{
    return ScoreOf("nginx-least-time",
                   {{Variable::LATENCY_STEADY, latency},
                    {Variable::IDLE, idle},
                    {Variable::WAITING, waiting},
                    {Variable::INFLIGHT, inFlight},
                    {Variable::WEIGHT, 1}});
}

double
PeakEwma(double latency, double inFlight)
{
    return ScoreOf("peak-ewma",
                   {{Variable::LATENCY_PEAK, latency}, {Variable::INFLIGHT, inFlight}});
}

double
GrpcWeight(double known, double rate, double unused, double failures)
{
    return ScoreOf("grpc-weight",
                   {{Variable::KNOWN, known},
                    {Variable::RATE, rate},
                    {Variable::CPU, unused},
                    {Variable::FAILURES, failures}});
}

} // namespace

TEST_CASE("nginx's least_time takes latencies in steps of 20 ms up to 5 s")
{
    CHECK(LeastTime(0, 0, 0, 0) == Approx(0.02));
    CHECK(LeastTime(0.019, 0, 0, 0) == Approx(0.02));
    CHECK(LeastTime(0.021, 0, 0, 0) == Approx(0.04));
    CHECK(LeastTime(0.039, 0, 0, 0) == LeastTime(0.021, 0, 0, 0));
    CHECK(LeastTime(6, 0, 0, 0) == Approx(5));
    CHECK(LeastTime(60, 0, 0, 0) == Approx(5));
    CHECK(LeastTime(0.021, 0, 0, 3) == Approx(0.16));
}

TEST_CASE("nginx's least_time halves for every 11 s without a pick, but not what waits")
{
    CHECK(LeastTime(0.81, 10.9, 0, 0) == Approx(0.82));
    CHECK(LeastTime(0.81, 11.1, 0, 0) == Approx(0.42));
    CHECK(LeastTime(0.81, 22.1, 0, 0) == Approx(0.22));
    CHECK(LeastTime(0.81, 1e4, 0, 0) == Approx(0.02));
    CHECK(LeastTime(0.81, 22.1, 1.01, 1) == Approx(2 * 1.02));
}

TEST_CASE("of an agent without history Peak EWMA waits for one answer before the next request")
{
    CHECK(PeakEwma(0, 0) == 0);
    CHECK(PeakEwma(0, 1) == Approx(1e9 + 1));
    CHECK(PeakEwma(0, 2) > PeakEwma(0, 1));
    CHECK(PeakEwma(0.5, 0) == Approx(0.5));
    CHECK(PeakEwma(0.5, 3) == Approx(2));
}

TEST_CASE("gRPC's weight is completions per used CPU and failure, and none at first")
{
    CHECK(GrpcWeight(9.9, 100, 50, 0) == 0);
    CHECK(GrpcWeight(10, 100, 50, 0) == Approx(200));
    CHECK(GrpcWeight(10, 100, 75, 0) == Approx(400));
    // As many failures as keep the fading count at 72 are 5 a second: a twentieth of the rate.
    CHECK(GrpcWeight(10, 100, 75, 5 / 0.0693) == Approx(100 / 0.3));
    CHECK(GrpcWeight(10, 0, 75, 0) == 0);
}

TEST_CASE("the formulas of capacity, bottleneck and age have the values of their definitions")
{
    CHECK(ScoreOf("connections-per-capacity",
                  {{Variable::INFLIGHT, 3}, {Variable::CORES, 4}, {Variable::CPU_10S, 50}}) ==
          Approx(2));
    CHECK(ScoreOf("connections-per-capacity",
                  {{Variable::INFLIGHT, 0}, {Variable::CORES, 4}, {Variable::CPU_10S, 0}}) ==
          Approx(5));
    const Values half = {{Variable::CPU, 40}, {Variable::RAM, 3e9}, {Variable::RAM_TOTAL, 4e9}};
    CHECK(ScoreOf("bottleneck", half) == Approx(0.6));
    CHECK(ScoreOf("bottleneck-gated", half) == Approx(0.6));
    CHECK(ScoreOf("bottleneck-gated",
                  {{Variable::CPU, 100}, {Variable::RAM, 1e8}, {Variable::RAM_TOTAL, 4e9}}) == 2);
    CHECK(ScoreOf("linear",
                  {{Variable::CPU, 40},
                   {Variable::RAM, 3e9},
                   {Variable::RAM_TOTAL, 4e9},
                   {Variable::RTT, 0.005}}) == Approx(0.3 + 0.0625 + 0.125));
    CHECK(ScoreOf("headroom", {{Variable::CPU, 0}}) == 1);
    CHECK(ScoreOf("corrected",
                  {{Variable::REPORTED, 5}, {Variable::SENT, 3}, {Variable::DONE, 2}}) == 6);
    // 2 cores half used complete 10 a second: 0.1 s of CPU each; 7 + 1 requests share the 2.
    CHECK(ScoreOf("expected-latency",
                  {{Variable::CORES, 2},
                   {Variable::CPU, 50},
                   {Variable::RATE, 10},
                   {Variable::REPORTED, 5},
                   {Variable::SENT, 3},
                   {Variable::DONE, 1}}) == Approx(0.4));
    CHECK(ScoreOf("zuul",
                  {{Variable::INFLIGHT, 4},
                   {Variable::WEIGHT, 2},
                   {Variable::CPU, 20},
                   {Variable::AGE, 10},
                   {Variable::FAILURES, 0.5}}) == Approx(2 + 0.8 / std::exp(1) + 0.5));
    CHECK(ScoreOf("repaired-mild",
                  {{Variable::RAM, 16}, {Variable::CPU, 50}, {Variable::RTT, 0.0015}}) ==
          Approx(2 * 50 / 0.2).epsilon(1e-6));
}
