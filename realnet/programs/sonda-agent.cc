#include "realnet/agent/agent-service.h"
#include "realnet/agent/connection-counter.h"
#include "realnet/agent/figures-text.h"
#include "realnet/agent/listeners.h"
#include "realnet/common/clock.h"
#include "realnet/common/log.h"
#include "realnet/common/reload-port.h"
#include "realnet/programs/program.h"

#include <fmt/format.h>
#include <iostream>
#include <sodium.h>
#include <thread>

namespace sonda
{

namespace
{

constexpr const char* NAME = "sonda-agent";

/** Long enough for 20 ticks of /proc/stat per CPU: the first report must not be a guess. */
constexpr Duration FIRST_WINDOW = std::chrono::milliseconds(200);

/** What the load is measured by. */
struct Load
{
    explicit Load(const AgentConfiguration& configuration)
        : group(files,
                configuration.Command().cgroup,
                configuration.options.server,
                [server = configuration.options.server] { return FindListeners(server); }),
          sampler(files, group)
    {
    }

    SystemFiles files;
    ServerGroup group;
    LoadSampler sampler;
};

/** Makes the agent's own response to an ordinary request and shows it, and where it comes from. */
int
Print(const AgentOptions& options, LoadSampler& sampler, const AgentCommand& command)
{
    const Instant now = Now();
    const auto connections = CountConnectionsInSight(options.server);
    const auto open = connections ? std::optional(connections->open) : std::nullopt;
    const auto figures = sampler.Measure(now);
    const std::string words = DescribeFigures(options, figures, connections, command.weight);
    const auto report = CurrentReport(sampler, open, command, now);
    if (!report)
    {
        std::cout << words << '\n';
        return FailStart(NAME, "no response would be sent: " + report.GetError().message);
    }
    SecureRandom random;
    ProbeRequest request;
    request.nonce = RandomHex(random, 128);
    request.windowMs = 0;
    Agent agent(options, std::nullopt);
    const auto take = [&report] { return report; };
    const auto refusal = agent.OnDatagram(Encode(request), "127.0.0.1", 1, now, take, random);
    const auto reply = agent.TakeReply(now);
    if (refusal || !reply)
    {
        return FailStart(NAME, "the agent does not answer itself");
    }
    std::cout << reply->datagram << '\n' << words << '\n';
    return 0;
}

int
Serve(const CommandLine& line, AgentConfiguration configuration, Load& load)
{
    const AgentCommand& command = configuration.Command();
    const ProbeNetwork& network = command.network;
    auto reloads = OpenReloadSocket();
    if (!reloads)
    {
        return FailStart(NAME, reloads.GetError().message);
    }
    const std::string& id = configuration.options.id;
    const Endpoint& server = configuration.options.server;
    const std::string start =
        fmt::format("agent {} for {}: group {}:{} on {}, {}",
                    id.empty() ? "without identity yet" : id,
                    server.address.empty() ? "an address that is to come" : ToString(server),
                    network.group,
                    network.port,
                    configuration.interfaces.Describe(),
                    configuration.keyring ? "authenticated" : "not authenticated");
    const std::uint64_t seed = command.seed.value_or(RandomSeed());
    AgentService service({line, std::move(configuration), seed, std::move(*reloads)},
                         load.files,
                         load.sampler,
                         load.group);
    if (const auto error = service.Open())
    {
        return FailStart(NAME, error->message);
    }
    spdlog::info(start); // signals are heeded from here on
    service.Run();
    return 0;
}

/** Takes the first two samples, so that the first report is not a guess. */
std::optional<Error>
Prepare(LoadSampler& sampler)
{
    auto error = sampler.Sample(Now());
    if (!error)
    {
        std::this_thread::sleep_for(FIRST_WINDOW);
        error = sampler.Sample(Now());
    }
    return error;
}

/** Prints a response or serves, as the configuration says. \return the exit code */
int
Work(const CommandLine& line, AgentConfiguration configuration)
{
    const AgentCommand& command = configuration.Command();
    Load load(configuration);
    if (const auto error = Prepare(load.sampler))
    {
        return FailStart(NAME, error->message);
    }
    if (command.print && configuration.options.server.address.empty())
    {
        return FailStart(NAME, "--interface: " + configuration.interfaces.Get(0).why);
    }
    if (command.print)
    {
        return Print(configuration.options, load.sampler, command);
    }
    return Serve(line, std::move(configuration), load);
}

int
Main(int argc, const char* const* argv)
{
    const ProgramText program = AgentProgram(VersionAndCommit());
    CommandLine line;
    const AgentReading form;
    if (const auto code = BeginProgram(program, form.table, argc, argv, line))
    {
        return *code;
    }
    auto configuration = ConfigureAgent(line);
    if (!configuration)
    {
        return FailStart(NAME, configuration.GetError());
    }
    const AgentCommand& command = configuration->Command();
    if (command.check)
    {
        // A sandbox (ProcSubset=pid) must not let the check pass and the start fail.
        if (const auto error = CheckReadable(SystemFiles()))
        {
            return FailStart(NAME, error->message);
        }
        return TellGood(program, configuration->reading->table, configuration->interfaces);
    }
    SetUpLog(command.verbose);
    if (command.print && !command.verbose)
    {
        spdlog::set_level(spdlog::level::err); // what is shown says it all
    }
    return Work(line, std::move(*configuration));
}

} // namespace

} // namespace sonda

int
main(int argc, char** argv)
{
    if (sodium_init() < 0)
    {
        return sonda::FailStart(sonda::NAME, "libsodium found no source of random numbers");
    }
    return sonda::Main(argc, argv);
}
