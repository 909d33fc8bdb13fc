#include "model/scoring/catalogue.h"
#include "model/selection/contenders.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <map>
#include <set>

using namespace sonda;
using namespace sonda::test;

namespace
{

std::string
ErrorOf(const std::string& json)
{
    const auto parsed = ContenderCatalogue::Parse(json, "mine.json");
    return parsed ? "accepted" : parsed.GetError().message;
}

std::string
With(const std::string& entries)
{
    return R"({"sections": {"A": "first"}, "contenders": [)" + entries + "]}";
}

} // namespace

TEST_CASE("every contender of the catalogue has a formula and a policy that pick together")
{
    const FixedOracle oracle;
    const Catalogue formulas = Catalogue::BuiltIn();
    const auto catalogue = ContenderCatalogue::BuiltIn();
    for (const auto& entry : catalogue.Entries())
    {
        CAPTURE(entry.name, entry.text);
        auto formula = formulas.Find(entry.contender.formula);
        REQUIRE(formula);
        auto policy = MakePolicy(entry.contender.policy, &oracle);
        REQUIRE(policy);
        StatusTable table(std::move(*formula), TableTiming());
        for (unsigned i = 0; i < 5; ++i)
        {
            table.Update(Observe(i), At(0));
        }
        SeededStream random(1);
        CHECK((*policy)->Pick(table, At(1), random));
        CHECK_FALSE(entry.about.empty());
        CHECK_FALSE(entry.source.empty());
    }
}

TEST_CASE("the catalogue has every number from 1 to 29 in its section, and all of C, D, G and H")
{
    std::map<unsigned, std::set<char>> sections;
    std::set<std::string> names;
    std::set<char> titled;
    const auto catalogue = ContenderCatalogue::BuiltIn();
    for (const auto& [letter, title] : catalogue.Sections())
    {
        titled.insert(letter);
        CHECK_FALSE(title.empty());
    }
    CHECK(titled == std::set<char>{'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'});
    for (const auto& entry : catalogue.Entries())
    {
        CAPTURE(entry.name);
        CHECK(titled.count(entry.section) == 1);
        sections[entry.number].insert(entry.section);
        names.insert(entry.name);
    }
    const auto sectionOf = [](unsigned number) {
        return number <= 5 ? 'A' : number <= 15 ? 'B' : number <= 22 ? 'E' : 'F';
    };
    for (unsigned number = 1; number <= 29; ++number)
    {
        CAPTURE(number);
        CHECK(sections[number] == std::set<char>{sectionOf(number)});
    }
    CHECK(sections[0] == std::set<char>{'C', 'D', 'G', 'H'});
    CHECK(sections.size() == 30);
    for (const char* name : {"reported-head",    "dictionary",
                             "reported-best",    "reported-two",
                             "reported-three",   "reported-five",
                             "reported-softmax", "reported-proportional",
                             "reported-top",     "basic-li",
                             "aggressive-li",    "reported-threshold",
                             "reported-cut-off", "reported-decay",
                             "reported-penalty", "aged-li",
                             "corrected",        "fresh-shortest-queue",
                             "fresh-least-work", "central-queue"})
    {
        CAPTURE(name);
        CHECK(names.count(name) == 1);
    }
}

TEST_CASE("a contender is a name, a formula and a policy, or a policy alone")
{
    const auto catalogue = ContenderCatalogue::BuiltIn();
    const auto find = [&](const std::string& text)
    {
        const auto found = catalogue.Find(text);
        return found ? found->formula + " | " + found->policy : found.GetError().message;
    };
    CHECK(find("least-connections") == "connections | best");
    CHECK(find("yarp") == "reported | sample:2");
    CHECK(find("c3") == "none | c3");
    CHECK(find("cpu/top:3@decay:5") == "cpu | top:3@decay:5");
    CHECK(find("sample:3") == "connections | sample:3");
    CHECK(find("dynamic-feedback:2") == "utilisation | dynamic-feedback:2");
    CHECK(find("min: inflight / weight/best") == "min: inflight / weight | best");
    for (const char* bad : {"", "nothing", "cpu/", "cpu/fastest", "min: inflight / weight"})
    {
        const std::string message = find(bad);
        INFO(message);
        CHECK(message.find("'" + std::string(bad) +
                           "': what follows the last '/' must be a policy") == 0);
    }
}

TEST_CASE("an error in a file of contenders names the file, the contender and the key")
{
    const auto check = [](const std::string& json, const std::string& part)
    {
        const std::string message = ErrorOf(json);
        INFO(message);
        CHECK(message.find("mine.json") == 0);
        CHECK(message.find(part) != std::string::npos);
    };
    const std::string good =
        R"({"name": "x", "contender": "cpu/best", "section": "A", "about": "a", "source": "s"})";
    CHECK(ErrorOf(With(good)) == "accepted");
    check("{", "line 1, column");
    check("[]", "expected {\"sections\"");
    check(R"({"sections": {"A": 1}, "contenders": []})", "expected titles by letter");
    check(R"({"sections": {"A": "a", "A": "b"}, "contenders": []})", "stands twice");
    check(With("7"), "contender 1: expected an object");
    check(With(good + "," + good), "contender 2: 'x' exists already");
    check(With(R"({"name": "x", "contender": "cpu/best"})"), "name and section are missing");
    check(With(R"({"name": "x", "section": "AB"})"), "key 'section': allowed are");
    check(With(R"({"name": "x", "section": "A", "number": -1})"), "key 'number': allowed are");
    check(With(R"({"name": "x", "section": "A", "colour": "red"})"), "key 'colour': allowed are");
    check(With(R"({"name": "x", "section": "A", "contender": "cpu/fastest"})"),
          "contender 1 'x', key 'contender': 'cpu/fastest': what follows");
}
