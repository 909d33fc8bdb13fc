#include "scenarios/sim/distribution.h"
#include "tests/sim/scenario-json.h"

#include "ns3/double.h"
#include "ns3/object-factory.h"
#include "ns3/rng-seed-manager.h"

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

using namespace sonda::sim;
using namespace sonda::sim::test;

namespace
{

Distribution
Read(const std::string& text, double least = 0, double most = 1e6)
{
    const Json json = {{"key", Json::parse(text)}};
    JsonReader reader(json, "f: ");
    Distribution result = Distribution::Read(reader, "key", least, most);
    CHECK(result.ToJson() == Json::parse(text));
    return result;
}

std::string
ErrorFor(const std::string& text, double least = 0, double most = 1e6)
{
    const Json json = {{"key", Json::parse(text)}};
    JsonReader reader(json, "f: ");
    try
    {
        Distribution::Read(reader, "key", least, most);
        return "";
    }
    catch (const ScenarioError& error)
    {
        return error.what();
    }
}

std::vector<double>
Draw(const Distribution& distribution, double scale, int count)
{
    ns3::RngSeedManager::SetSeed(1);
    ns3::RngSeedManager::SetRun(1);
    const auto variable = distribution.MakeVariable(scale);
    variable->SetStream(77);
    std::vector<double> values(count);
    for (double& value : values)
    {
        value = variable->GetValue();
    }
    return values;
}

/** Checks a sample's mean: five standard errors, which a right one misses once in a million. */
void
CheckMean(const Distribution& distribution)
{
    constexpr int count = 200'000;
    const auto values = Draw(distribution, 0.5, count);
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double value : values)
    {
        squares += (value - mean) * (value - mean);
    }
    const double error = std::sqrt(squares / count / count);
    INFO(distribution.ToJson().dump() << ": mean " << mean << " +- " << error);
    CHECK(mean == Approx(0.5 * distribution.Mean()).margin(5 * error + 1e-12));
}

} // namespace

TEST_CASE("every distribution has the mean that it claims", "[distribution][statistical]")
{
    CheckMean(Distribution::Constant(3));
    CheckMean(Read(R"({"exponential": 50})"));
    CheckMean(Read(R"({"uniform": [2, 5]})"));
    CheckMean(Read(R"({"lognormal": {"mean": 50, "cv": 2}})"));
    for (const char* const shape : {"0.5", "1", "1.5", "2.5"})
    {
        CheckMean(Read(std::string(R"({"pareto": {"mean": 10, "shape": )") + shape +
                       R"(, "max": 1000}})"));
    }
    CheckMean(Read(R"({"bimodal": {"p": 0.9, "a": 1, "b": 11}})"));
    CHECK(Read(R"({"bimodal": {"p": 0.9, "a": 1, "b": 11}})").Mean() == Approx(2));
}

TEST_CASE("a lognormal has the coefficient of variation that it claims", "[distribution]")
{
    // For cv = 1 the variance of ln x is ln 2; a sample of n has it within 5 sqrt(2 / n).
    const auto values = Draw(Read(R"({"lognormal": {"mean": 50, "cv": 1}})"), 1, 100'000);
    double sum = 0;
    double squares = 0;
    for (const double value : values)
    {
        sum += std::log(value);
        squares += std::log(value) * std::log(value);
    }
    const double n = static_cast<double>(values.size());
    const double variance = squares / n - sum / n * sum / n;
    CHECK(variance == Approx(std::log(2)).epsilon(5 * std::sqrt(2 / n)));
}

TEST_CASE("the Pareto minimum yields the mean", "[distribution]")
{
    for (const double shape : {0.1, 0.5, 0.999999, 1.0, 1.000001, 1.5, 3.0, 100.0})
    {
        for (const double mean : {1e-3, 1.0, 500.0, 999.0})
        {
            const double most = 1000;
            const double least = ParetoMinimum(mean, shape, most);
            INFO("shape " << shape << ", mean " << mean << ", minimum " << least);
            REQUIRE(least > 0);
            REQUIRE(least < mean);
            // The integral of x f(x), by Simpson's rule over ln x, in which it is smooth.
            const int steps = 20'000;
            const double width = std::log(most / least) / steps;
            const double tail = 1 - std::pow(least / most, shape);
            double integral = 0;
            for (int i = 0; i <= steps; ++i)
            {
                const double x = least * std::exp(width * i);
                const double weight = i == 0 || i == steps ? 1 : (i % 2 == 1 ? 4 : 2);
                integral += weight * shape * std::pow(least / x, shape) / tail * x;
            }
            CHECK(integral * width / 3 == Approx(mean).epsilon(1e-6));
        }
    }
    CHECK(ParetoMinimum(1000, 1.5, 1000) == 0);
}

TEST_CASE("a bounded Pareto stays within its ends and has its tail", "[distribution]")
{
    const double most = 1000;
    const Distribution pareto = Read(R"({"pareto": {"mean": 10, "shape": 1.5, "max": 1000}})");
    const double least = ParetoMinimum(10, 1.5, most);
    const int count = 100'000;
    int above = 0;
    for (const double value : Draw(pareto, 1, count))
    {
        REQUIRE(value >= least * (1 - 1e-12));
        REQUIRE(value <= most * (1 + 1e-12));
        above += value > 10 * least ? 1 : 0;
    }
    const double tail = std::pow(least / most, 1.5);
    const double expected = (std::pow(0.1, 1.5) - tail) / (1 - tail);
    CHECK(above / double(count) == Approx(expected).margin(5 * std::sqrt(expected / count)));
}

TEST_CASE("a bimodal has its two values and no others", "[distribution]")
{
    int first = 0;
    const int count = 100'000;
    for (const double value : Draw(Read(R"({"bimodal": {"p": 0.75, "a": 7, "b": 3}})"), 2, count))
    {
        REQUIRE((value == 14 || value == 6));
        first += value == 14 ? 1 : 0;
    }
    CHECK(first / double(count) == Approx(0.75).margin(5 * std::sqrt(0.75 * 0.25 / count)));
    for (const double value : Draw(Read(R"({"bimodal": {"p": 1, "a": 7, "b": 3}})"), 1, 1000))
    {
        REQUIRE(value == 7);
    }
}

TEST_CASE("weighted values are met as often as their weights say", "[distribution]")
{
    const WeightedValues weighted({1, 2, 3, 4}, {1, 0, 3, 0});
    CHECK(weighted.Mean() == 2.5);
    CHECK(weighted.Pick(0) == 1);
    CHECK(weighted.Pick(0.2499) == 1);
    CHECK(weighted.Pick(0.25) == 3);
    CHECK(weighted.Pick(0.9999) == 3);
    const WeightedValues alike({5, 6, 7}, {});
    CHECK(alike.Mean() == 6);
    CHECK(alike.Pick(0.33) == 5);
    CHECK(alike.Pick(0.34) == 6);
    CHECK(alike.Pick(0.999) == 7);
}

TEST_CASE("own variables are known to ns-3 by name", "[distribution]")
{
    ns3::ObjectFactory factory("sonda::BoundedParetoRandomVariable");
    factory.Set("Min", ns3::DoubleValue(2));
    factory.Set("Max", ns3::DoubleValue(3));
    const auto variable = factory.Create<ns3::RandomVariableStream>();
    const double value = variable->GetValue();
    CHECK((value >= 2 && value <= 3));
    ns3::TypeId type;
    CHECK(ns3::TypeId::LookupByNameFailSafe("sonda::WeightedRandomVariable", &type));
}

TEST_CASE("bad distributions are refused", "[distribution]")
{
    const std::vector<std::pair<std::string, std::string>> cases = {
        {R"("5")", "f: key: expected a number, {\"constant\": x}"},
        {R"({"normal": 3})", "f: key: expected a number, {\"constant\": x}"},
        {R"({"constant": 1, "exponential": 1})", "f: key: expected a number"},
        {R"({"constant": -1})", "f: key.constant: expected a number, 0 to 1e+06, not -1"},
        {R"({"exponential": "x"})", "f: key.exponential: expected a number"},
        {R"({"uniform": [3, 1]})", "[a, b] with a not above b"},
        {R"({"uniform": [1]})", "[a, b] with a not above b"},
        {R"({"lognormal": {"mean": 0, "cv": 1}})", "key.lognormal.mean: expected a number above 0"},
        {R"({"lognormal": {"mean": 1, "cv": 0}})", "key.lognormal.cv: expected a number, 0.001"},
        {R"({"lognormal": {"mean": 1}})", "key.lognormal.cv: missing"},
        {R"({"pareto": {"mean": 5, "shape": 1.5, "max": 5}})", "above 0 and below max"},
        {R"({"pareto": {"mean": 6, "shape": 1.5, "max": 5}})", "key.pareto.mean"},
        {R"({"pareto": {"mean": 1, "shape": 0, "max": 5}})", "key.pareto.shape: expected a number"},
        {R"({"pareto": {"mean": 1, "shape": 1, "max": 5, "min": 1}})", "pareto.min: unknown key"},
        {R"({"bimodal": {"p": 1.5, "a": 1, "b": 2}})", "key.bimodal.p: expected a number, 0 to 1"},
        {R"({"bimodal": {"p": 0.5, "a": 1}})", "key.bimodal.b: missing"},
        {R"({"empirical": 5})", "key.empirical: expected a text"},
        {R"({"empirical": "no-such-file.csv"})", "no-such-file.csv: cannot be read"},
    };
    for (const auto& [text, expected] : cases)
    {
        const std::string error = ErrorFor(text);
        INFO(error << "\nexpected: " << expected);
        CHECK(error.find(expected) != std::string::npos);
    }
    // A minimum below what the key allows is impossible, not only unlikely.
    const std::string error =
        ErrorFor(R"({"pareto": {"mean": 2, "shape": 1.5, "max": 100}})", 1, 1000);
    INFO(error);
    CHECK(error.find("smallest value is in the range of this key, 1 to 1000") != std::string::npos);
}
