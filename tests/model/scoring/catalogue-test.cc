#include "model/scoring/catalogue.h"
#include "tests/catch.h"
#include "tests/model/support/seeded-stream.h"

#include <cmath>
#include <set>
#include <string>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** Figures as a fleet would report them, extremes among them. */
FormulaInputs
SomeInputs(SeededStream& random)
{
    FormulaInputs inputs{};
    const auto set = [&inputs](Variable variable, double value)
    { inputs[static_cast<std::size_t>(variable)] = value; };
    const auto orZero = [&random](double value) { return random.Chance(0.1) ? 0 : value; };
    set(Variable::RAM, orZero(std::exp2(random.Between(20, 40))));
    set(Variable::RAM_TOTAL, std::exp2(random.Between(40, 42)));
    set(Variable::CPU, orZero(random.Between(0, 100)));
    set(Variable::CPU_10S, orZero(random.Between(0, 100)));
    set(Variable::CORES, random.Between(0.5, 128));
    set(Variable::LOAD, orZero(random.Between(0, 200)));
    set(Variable::SERVICE, random.Between(1e-6, 10));
    set(Variable::RATE, orZero(random.Between(0, 1000)));
    set(Variable::ELAPSED, random.Between(0, 1));
    set(Variable::RTT, orZero(random.Between(0, 0.1)));
    set(Variable::RTT_MIN, orZero(random.Between(0, 0.1)));
    const auto count = [&random] { return static_cast<double>(random.Below(100)); };
    set(Variable::REPORTED, count());
    set(Variable::AGE, random.Between(0, 15));
    set(Variable::KNOWN, orZero(random.Between(0, 30)));
    set(Variable::IDLE, orZero(random.Between(0, 60)));
    set(Variable::INFLIGHT, count());
    set(Variable::SENT, count());
    set(Variable::DONE, count());
    set(Variable::WAITING, orZero(random.Between(0, 10)));
    set(Variable::WEIGHT, std::exp2(random.Between(-4, 4)));
    set(Variable::LATENCY, orZero(random.Between(0, 10)));
    // Never 0, which says that there is no history yet; peak-ewma has its own test of that.
    set(Variable::LATENCY_PEAK, random.Between(1e-6, 10));
    set(Variable::LATENCY_STEADY, orZero(random.Between(0, 10)));
    set(Variable::LATENCY_MEAN, orZero(random.Between(0, 10)));
    set(Variable::FAILURES, orZero(random.Between(0, 10)));
    return inputs;
}

Variable
VariableOf(const std::string& name)
{
    for (const auto& info : AllVariables())
    {
        if (name == info.name)
        {
            return info.variable;
        }
    }
    FAIL("no variable " << name);
    return Variable::RAM;
}

std::string
ErrorOf(const std::string& json)
{
    Catalogue catalogue = Catalogue::BuiltIn();
    const auto added = catalogue.Add(json, "mine.json");
    return added ? "added " + std::to_string(*added) : added.GetError().message;
}

} // namespace

TEST_CASE("the table of variables is in the order of the enumeration, with unique names")
{
    std::set<std::string> names;
    for (std::size_t i = 0; i < VARIABLES; ++i)
    {
        CHECK(static_cast<std::size_t>(AllVariables()[i].variable) == i);
        names.insert(AllVariables()[i].name);
    }
    CHECK(names.size() == VARIABLES);
}

TEST_CASE("every built-in formula parses, has its name and says what it is")
{
    const Catalogue catalogue = Catalogue::BuiltIn();
    std::set<std::string> names;
    for (const auto& entry : catalogue.Entries())
    {
        CAPTURE(entry.name);
        const auto formula = catalogue.Find(entry.name);
        REQUIRE(formula);
        CHECK(formula->GetName() == entry.name);
        CHECK_FALSE(entry.about.empty());
        names.insert(entry.name);
    }
    CHECK(names.size() == catalogue.Entries().size());
    for (const char* name : {"none",
                             "weight",
                             "seed",
                             "seed-highest",
                             "repaired",
                             "repaired-mild",
                             "cpu",
                             "ram",
                             "ram-share",
                             "rtt",
                             "linear",
                             "bottleneck",
                             "bottleneck-gated",
                             "utilisation",
                             "headroom",
                             "connections",
                             "expected-delay",
                             "least-request",
                             "peak-ewma",
                             "nginx-least-time",
                             "traefik-least-time",
                             "reported",
                             "reported-plus-one",
                             "corrected",
                             "connections-per-capacity",
                             "connections-per-idle",
                             "service",
                             "expected-latency",
                             "grpc-weight",
                             "zuul"})
    {
        CAPTURE(name);
        CHECK(names.count(name) == 1);
    }
}

TEST_CASE(
    "more of what a formula declares good never ranks worse, more of what is bad never better")
{
    constexpr std::uint64_t seed = 77;
    SeededStream random(seed);
    const Catalogue catalogue = Catalogue::BuiltIn();
    for (const auto& entry : catalogue.Entries())
    {
        const auto formula = catalogue.Find(entry.name);
        const auto hold = [&](const std::vector<std::string>& names, bool good)
        {
            for (const auto& name : names)
            {
                const auto place = static_cast<std::size_t>(VariableOf(name));
                for (int i = 0; i < 2000; ++i)
                {
                    const FormulaInputs less = SomeInputs(random);
                    FormulaInputs more = less;
                    // CPU stays a percentage; for the others any step will do.
                    const bool percent = name == "cpu" || name == "cpu_10s";
                    more[place] += percent ? random.Between(0, 100 - less[place])
                                           : random.Uniform() * (1 + less[place]);
                    const double before = formula->Score(less);
                    const double after = formula->Score(more);
                    INFO(entry.name << ", " << name << " " << less[place] << " to " << more[place]
                                    << ", score " << before << " to " << after << ", seed "
                                    << seed);
                    const double loser = formula->Rank(good ? before : after);
                    const double winner = formula->Rank(good ? after : before);
                    REQUIRE_FALSE(loser < winner);
                }
            }
        };
        hold(entry.good, true);
        hold(entry.bad, false);
    }
}

TEST_CASE("a formula declares every variable that it uses, but for the report's own")
{
    const Catalogue catalogue = Catalogue::BuiltIn();
    for (const auto& entry : catalogue.Entries())
    {
        // The student report's formula is not monotone in anything: that is its fault.
        if (entry.name == "seed" || entry.name == "seed-highest")
        {
            CHECK((entry.good.empty() && entry.bad.empty()));
            continue;
        }
        CAPTURE(entry.name);
        CHECK(entry.good.size() + entry.bad.size() ==
              catalogue.Find(entry.name)->GetVariables().size());
    }
}

TEST_CASE("the report's formula is as the report has it")
{
    FormulaInputs inputs{};
    inputs[static_cast<std::size_t>(Variable::RAM)] = 6e9;
    inputs[static_cast<std::size_t>(Variable::CPU)] = 75;
    inputs[static_cast<std::size_t>(Variable::ELAPSED)] = 0.3;
    inputs[static_cast<std::size_t>(Variable::RTT)] = 99;
    for (const char* name : {"seed", "seed-highest"})
    {
        CHECK(Catalogue::BuiltIn().Find(name)->Score(inputs) == Approx(6e9 * 0.25 * 0.3 / 3));
    }
    inputs[static_cast<std::size_t>(Variable::CPU)] = 100;
    // All idle agents score 0.
    CHECK(Catalogue::BuiltIn().Find("seed")->Score(inputs) == 0);
}

TEST_CASE("a formula is static when all that it names changes with reports only")
{
    for (const char* name : {"ram",
                             "ram_total",
                             "cpu",
                             "cores",
                             "load",
                             "elapsed",
                             "rtt",
                             "rtt_min",
                             "reported",
                             "weight",
                             "cpu_10s",
                             "service",
                             "rate"})
    {
        CAPTURE(name);
        CHECK(Formula::Parse(std::string("min: ") + name)->IsStatic());
    }
    for (const char* name : {"age",
                             "known",
                             "idle",
                             "inflight",
                             "sent",
                             "done",
                             "waiting",
                             "latency",
                             "latency_peak",
                             "latency_steady",
                             "latency_mean",
                             "failures"})
    {
        CAPTURE(name);
        CHECK_FALSE(Formula::Parse(std::string("min: cpu + ") + name)->IsStatic());
    }
    CHECK(Formula::Parse("min: 1")->IsStatic());
    const Catalogue catalogue = Catalogue::BuiltIn();
    CHECK(catalogue.Find("seed")->IsStatic());
    CHECK_FALSE(catalogue.Find("connections")->IsStatic());
}

TEST_CASE("a name or a text finds a formula, an unknown name lists the known ones")
{
    Catalogue catalogue = Catalogue::BuiltIn();
    CHECK(catalogue.Find("min: rtt + 1")->GetName() == "min: rtt + 1");
    const auto missing = catalogue.Find("nope");
    REQUIRE_FALSE(missing);
    CHECK(missing.GetError().message.find("there is no formula 'nope'; named ones:") == 0);
    CHECK(missing.GetError().message.find(" repaired ") != std::string::npos);
    CHECK(catalogue.Find("").GetError().message.find("there is no formula ''") == 0);

    REQUIRE(catalogue.Add(R"({"my-own": {"score": "max: cpu * cores", "good": ["cpu"]}})", "mine"));
    CHECK(catalogue.Find("my-own")->GetSense() == Sense::HIGHEST);
}

TEST_CASE("an error in a file of formulas names the file, the formula and the key")
{
    const auto check = [](const std::string& json, const std::string& part)
    {
        const std::string message = ErrorOf(json);
        INFO(message);
        CHECK(message.find("mine.json: ") == 0);
        CHECK(message.find(part) != std::string::npos);
    };
    CHECK(ErrorOf(R"({"a": {"score": "min: rtt"}, "b": {"score": "max: cpu"}})") == "added 2");
    check("{", "line 1, column");
    check("[]", "expected an object of formulas by name");
    check(R"({"A": {"score": "min: rtt"}})", "formula 'A': a name is lower-case letters");
    check(R"({"": {"score": "min: rtt"}})", "formula '': a name is");
    check(R"({"a": "min: rtt"})", "formula 'a': expected {\"score\"");
    check(R"({"a": {"about": "x"}})", "formula 'a', key 'score': ");
    check(R"({"a": {"score": 7}})", "formula 'a', key 'score': allowed are score and about");
    check(R"({"a": {"score": "min: foo"}})", "column 6: 'foo' is not known");
    check(R"({"a": {"score": "min: rtt", "colour": 1}})", "formula 'a', key 'colour': allowed are");
    check(R"({"a": {"score": "min: rtt", "bad": "rtt"}})", "formula 'a', key 'bad': allowed are");
    check(R"({"a": {"score": "min: rtt", "bad": ["hue"]}})",
          "formula 'a', key 'bad' must be a list");
    check(R"({"rtt": {"score": "min: rtt"}})", "formula 'rtt' exists already");
}

TEST_CASE("a formula or a key that stands twice in a file is an error, not the last one's win")
{
    const std::string two = R"({"a": {"score": "min: rtt"}, "a": {"score": "max: cpu"}})";
    CHECK(ErrorOf(two) == "mine.json: key 'a' stands twice in one object");
    CHECK(ErrorOf(R"({"a": {"score": "min: rtt", "score": "max: rtt"}})") ==
          "mine.json: key 'score' stands twice in one object");
    CHECK(ErrorOf(R"({"a": {"score": "min: rtt"}, "b": {"score": "max: rtt"}})") == "added 2");
}
