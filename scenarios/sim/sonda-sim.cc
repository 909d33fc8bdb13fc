/**
 * sonda-sim: one run of one scenario with one formula and one policy.
 *
 *     sonda-sim --scenario=scenarios/lab.json --formula='min: rtt * (1 + inflight)' \
 *               --policy=best --RngRun=3 --outDir=out
 */
#include "model/base/shown.h"
#include "model/ns3/arguments.h"
#include "model/scoring/catalogue.h"
#include "scenarios/sim/listing.h"
#include "scenarios/sim/progress.h"
#include "scenarios/sim/run-files.h"
#include "scenarios/sim/run-folder.h"
#include "scenarios/sim/world.h"

#include "ns3/command-line.h"
#include "ns3/config.h"
#include "ns3/global-value.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <chrono>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace
{

using namespace sonda;
using namespace sonda::sim;

/** The options as they were given. */
struct Options
{
    std::string scenario;
    std::string formula;
    std::string formulas;
    std::string policy = "best";
    std::string outDir;
    std::vector<std::string> overrides;
    bool list = false;
    bool listJson = false;
    bool requests = false;
    std::string progress = "auto";
};

/** Splits at semicolons, so that one --set can carry several overrides. */
bool
AddOverrides(Options& options, const std::string& text)
{
    std::istringstream parts(text);
    std::string part;
    while (std::getline(parts, part, ';'))
    {
        if (!part.empty())
        {
            options.overrides.push_back(part);
        }
    }
    return true;
}

Options
ParseOptions(int argc, char* argv[])
{
    Options options;
    ns3::CommandLine command(__FILE__);
    command.Usage("Runs one scenario with one formula and one policy and writes its results.\n");
    const auto addText = [&command](const char* name, const char* help, std::string& to)
    {
        // As it stands; ns-3's own conversion would end a text at the first blank.
        const ns3::Callback<bool, const std::string&> set(
            [&to](const std::string& text)
            {
                to = text;
                return true;
            });
        command.AddValue(name, help, set, to);
    };
    addText("scenario", "Scenario file (JSON)", options.scenario);
    addText("formula",
            "Formula: a name, or a text such as 'min: rtt * (1 + inflight)'; "
            "default: the one that --list names for the policy",
            options.formula);
    addText("formulas", "File with further named formulas (JSON)", options.formulas);
    addText("policy", "Policy with its parameter", options.policy);
    addText("outDir", "Folder for the results; must not exist", options.outDir);
    command.AddValue(
        "set",
        "Override a scenario key, as in --set=probe.interval_s=1; may be repeated, "
        "or several joined by semicolons",
        ns3::Callback<bool, const std::string&>([&options](const std::string& text)
                                                { return AddOverrides(options, text); }));
    command.AddValue("requests", "Write every request to requests.csv.gz", options.requests);
    command.AddValue("list", "List formulas, variables and policies, and stop", options.list);
    command.AddValue("listJson", "The same as a JSON object, for programs", options.listJson);
    addText("progress",
            "Show progress on standard error: auto (on a terminal), true or false",
            options.progress);
    ParseArguments(command, argc, argv);
    return options;
}

void
Require(bool good, const std::string& message)
{
    if (!good)
    {
        throw std::runtime_error(message);
    }
}

Catalogue
LoadCatalogue(const std::string& path)
{
    Catalogue catalogue = Catalogue::BuiltIn();
    if (!path.empty())
    {
        std::ifstream file(path);
        Require(static_cast<bool>(file), "--formulas=" + path + ": cannot be read");
        std::ostringstream text;
        text << file.rdbuf();
        const auto added = catalogue.Add(text.str(), path);
        Require(static_cast<bool>(added), added ? "" : added.GetError().message);
    }
    return catalogue;
}

std::string
UtcNow()
{
    const std::time_t now = std::time(nullptr);
    char text[32];
    std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
    return text;
}

void
WarnOfUnfinished(const World& world)
{
    if (world.Abandoned() > 0)
    {
        std::cerr << "sonda-sim: " << world.Abandoned()
                  << " requests had no answer when twice the duration had passed; they count as "
                     "failures\n";
    }
}

/** Throws std::runtime_error when the policy cannot be had, or not in this scenario. */
void
RequirePolicy(const std::string& text, const Scenario& scenario)
{
    // With packets it is not known what is on its way to a server.
    const auto wrong = CheckPolicy(text, scenario.fidelity != Fidelity::PACKET);
    Require(!wrong, wrong ? wrong->message : "");
    Require(text != "central-queue" || scenario.monitors == 1,
            "policy central-queue: one queue for all needs monitors = 1, not " +
                std::to_string(scenario.monitors));
}

/** Throws std::runtime_error when an attribute has the base form spoken. */
void
RequireIdentities()
{
    const auto require = [](bool baseForm, const std::string& application)
    {
        Require(!baseForm,
                "--sonda::" + application +
                    "::BaseForm=true: the results of a scenario tell agents apart by their "
                    "identities, for which the base form has no word");
    };
    require(ns3::CreateObject<MonitorApplication>()->GetSetup().options.baseForm,
            "MonitorApplication");
    require(ns3::CreateObject<AgentApplication>()->GetSetup().options.baseForm, "AgentApplication");
}

/** Throws std::runtime_error when an option is missing or has a value that it cannot have. */
void
RequireOptions(const Options& options)
{
    Require(!options.scenario.empty(), "--scenario=FILE is missing; --help lists all options");
    Require(!options.outDir.empty(), "--outDir=FOLDER is missing; --help lists all options");
    const bool knownProgress =
        options.progress == "auto" || options.progress == "true" || options.progress == "false";
    Require(knownProgress,
            "--progress=" + Shown(options.progress) + ": allowed: auto, true, false");
}

Formula
FindFormula(const Options& options)
{
    const std::string wanted =
        options.formula.empty() ? DefaultFormulaOf(options.policy) : options.formula;
    auto formula = LoadCatalogue(options.formulas).Find(wanted);
    Require(static_cast<bool>(formula), formula ? "" : formula.GetError().message);
    return std::move(*formula);
}

/** What is to be run; throws std::runtime_error when it cannot be. */
RunOrder
MakeOrder(const Options& options,
          const Formula& formula,
          const std::vector<std::string>& commandLine)
{
    RunOrder order;
    order.scenarioFile = options.scenario;
    order.overrides = options.overrides;
    order.scenario =
        Scenario::Read(LoadScenario(options.scenario, options.overrides), options.scenario);
    RequireIdentities();
    RequirePolicy(options.policy, order.scenario);
    order.formulaName = formula.GetName();
    order.formulaText = formula.GetText();
    order.sense = formula.GetSense();
    order.policy = options.policy;
    order.commandLine = commandLine;
    return order;
}

/** Runs the world. \return how many events of the simulator that took, those of progress apart */
std::uint64_t
RunToEnd(World& world, const std::string& showProgress, double durationS)
{
    std::unique_ptr<Progress> progress;
    if (showProgress == "true" || (showProgress == "auto" && isatty(STDERR_FILENO)))
    {
        progress = std::make_unique<Progress>(ns3::Seconds(durationS),
                                              [&world]() { return world.Finished(); });
    }
    world.Run();
    return ns3::Simulator::GetEventCount() - (progress ? progress->Events() : 0);
}

void
Run(const Options& options, const std::vector<std::string>& commandLine)
{
    RequireOptions(options);
    Formula formula = FindFormula(options);
    const RunOrder order = MakeOrder(options, formula, commandLine);
    // A folder that cannot be made is found before the run, not after it.
    RunFolder(options.outDir + "/");

    const std::string started = UtcNow();
    const auto start = std::chrono::steady_clock::now();
    World world(order.scenario, std::move(formula), options.policy);
    RequestLog requests;
    if (options.requests)
    {
        world.KeepRequests(requests);
    }
    const std::uint64_t events = RunToEnd(world, options.progress, order.scenario.durationS);
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    const RunCost cost{started, wall.count(), events};
    WriteRunFiles(options.outDir, order, world, cost, options.requests ? &requests : nullptr);
    WarnOfUnfinished(world);
    std::cout << "run " << options.outDir << ": " << world.Finished() << " requests, "
              << cost.events << " simulator events, " << cost.wallS << " s wall time\n";
}

} // namespace

int
main(int argc, char* argv[])
{
    // Faster than the default scheduler; the order of events, and so the results, are the same.
    ns3::GlobalValue::Bind("SchedulerType", ns3::StringValue("ns3::PriorityQueueScheduler"));
    World::SetDefaults();
    const Options options = ParseOptions(argc, argv);
    try
    {
        if (options.list)
        {
            List(std::cout, LoadCatalogue(options.formulas));
            return 0;
        }
        if (options.listJson)
        {
            ListAsJson(std::cout, LoadCatalogue(options.formulas));
            return 0;
        }
        Run(options, std::vector<std::string>(argv, argv + argc));
        return 0;
    }
    catch (const std::exception& error)
    {
        std::cerr << "sonda-sim: " << ShownMessage(error.what()) << "\n";
        return 1;
    }
}
