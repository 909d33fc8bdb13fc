#include "model/control/balancer.h"
#include "model/scoring/catalogue.h"
#include "model/selection/contenders.h"
#include "tests/catch.h"
#include "tests/model/support/chi-square.h"
#include "tests/model/support/picks.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

/** Policies held to what real load balancers were recorded to pick: tests/golden/record.py. */

using namespace sonda;
using namespace sonda::test;

namespace
{

using Json = nlohmann::json;

std::vector<std::filesystem::path>
GoldenFiles()
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(SONDA_GOLDEN))
    {
        if (entry.path().extension() == ".json")
        {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

Json
Read(const std::filesystem::path& path)
{
    std::ifstream file(path);
    return Json::parse(file);
}

/** A balancer with the servers of a situation, A having index 0, as the named contender. */
std::unique_ptr<Balancer>
BalancerFor(const std::string& contender, const Json& situation)
{
    const auto parts = ContenderCatalogue::BuiltIn().Find(contender);
    REQUIRE(parts);
    auto formula = Catalogue::BuiltIn().Find(parts->formula);
    REQUIRE(formula);
    auto balancer =
        std::make_unique<Balancer>(std::move(*formula), Make(parts->policy), TableTiming());
    unsigned number = 0;
    for (const double weight : situation.at("weights"))
    {
        Observation observation = Observe(number++);
        observation.report.weight = weight;
        balancer->Update(observation, At(0));
    }
    return balancer;
}

AgentIndex
IndexOf(char letter)
{
    return static_cast<AgentIndex>(letter - 'A');
}

/**
 * Plays the events of a recording; where one is a connection the policy must pick whom the program
 * picked. \return what the policy made of it, which is the recording when all is well
 */
std::string
Replay(const std::string& contender, const Json& situation)
{
    const auto balancer = BalancerFor(contender, situation);
    SeededStream random(1);
    std::istringstream events(situation.at("events").get<std::string>());
    std::string replayed;
    std::string event;
    double second = 1;
    while (events >> event)
    {
        const AgentIndex agent = IndexOf(event.at(1));
        second += 0.001;
        switch (event.front())
        {
        case '+':
        {
            const auto picked = balancer->Dispatch(At(second), random);
            REQUIRE(picked);
            balancer->Connected(*picked);
            event[1] = static_cast<char>('A' + *picked);
            break;
        }
        case '-':
            balancer->Ended(agent, Ending::Completed(FromSeconds(0.001), true), At(second));
            break;
        default:
            balancer->SetDrained(agent, event.front() == '!', At(second));
        }
        replayed += (replayed.empty() ? "" : " ") + event;
        if (event[1] - 'A' != static_cast<int>(agent))
        {
            return replayed + " (the program: " + static_cast<char>('A' + agent) + ")";
        }
    }
    return replayed;
}

/** What was counted of a policy's picks. */
struct Counts
{
    std::vector<std::uint64_t> picks; //!< of each server
    std::uint64_t uphill{0};          //!< to one with more connections for its weight than another
};

/** Plays a situation that was counted; connections are held where `uphill` was counted, too. */
Counts
Count(const std::string& contender, const Json& situation, std::uint64_t seed)
{
    const auto balancer = BalancerFor(contender, situation);
    const auto weights = situation.at("weights").get<std::vector<double>>();
    SeededStream random(seed);
    Counts counts{std::vector<std::uint64_t>(weights.size())};
    for (unsigned i = 0; i < situation.at("picks").get<unsigned>(); ++i)
    {
        const auto picked = balancer->Dispatch(At(1), random);
        REQUIRE(picked);
        const auto load = [&](std::size_t server)
        { return static_cast<double>(counts.picks[server]) / weights[server]; };
        bool uphill = false;
        for (std::size_t server = 0; server < weights.size(); ++server)
        {
            uphill = uphill || load(server) < load(*picked);
        }
        counts.uphill += uphill ? 1 : 0;
        ++counts.picks.at(*picked);
        balancer->Connected(*picked);
        if (!situation.contains("uphill"))
        {
            balancer->Ended(*picked, Ending::Completed(FromSeconds(0.001), true), At(1));
        }
    }
    return counts;
}

/** Pearson's statistic of two samples of equal size: are they from one distribution? */
double
TwoSamples(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
    {
        const double both = static_cast<double>(a[i] + b[i]);
        const double apart = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        sum += both > 0 ? apart * apart / both : 0;
    }
    return sum;
}

} // namespace

TEST_CASE("policies pick whom the real programs were recorded to pick")
{
    std::set<std::string> programs;
    int sequences = 0;
    for (const auto& file : GoldenFiles())
    {
        const Json golden = Read(file);
        const auto contender = golden.at("contender").get<std::string>();
        for (const auto& situation : golden.at("situations"))
        {
            if (situation.contains("events"))
            {
                INFO(file.filename().string() << ": " << situation.at("name"));
                CHECK(Replay(contender, situation) == situation.at("events").get<std::string>());
                programs.insert(golden.at("program").get<std::string>());
                ++sequences;
            }
        }
    }
    CHECK(programs.size() >= 6);
    CHECK(sequences >= 60);
}

TEST_CASE("policies that draw have the shares that the real programs were recorded to have")
{
    int counted = 0;
    for (const auto& file : GoldenFiles())
    {
        const Json golden = Read(file);
        const auto contender = golden.at("contender").get<std::string>();
        for (const auto& situation : golden.at("situations"))
        {
            if (!situation.contains("counts"))
            {
                continue;
            }
            constexpr std::uint64_t seed = 9;
            std::vector<std::uint64_t> recorded;
            for (const auto& [letter, count] : situation.at("counts").items())
            {
                recorded.push_back(count);
            }
            const Counts ours = Count(contender, situation, seed);
            INFO(file.filename().string() << ": " << situation.at("name") << ", seed " << seed);
            CAPTURE(recorded, ours.picks, ours.uphill);
            CHECK(TwoSamples(recorded, ours.picks) < ChiSquareBound(recorded.size() - 1));
            if (situation.contains("uphill"))
            {
                const auto uphill = situation.at("uphill").get<std::uint64_t>();
                const auto picks = situation.at("picks").get<std::uint64_t>();
                CAPTURE(uphill);
                CHECK(TwoSamples({uphill, picks - uphill}, {ours.uphill, picks - ours.uphill}) <
                      ChiSquareBound(1));
            }
            ++counted;
        }
    }
    CHECK(counted >= 10);
}
