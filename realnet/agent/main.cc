#include "model/base/version.h"
#include "realnet/agent/agent-service.h"
#include "realnet/agent/connection-counter.h"
#include "realnet/common/clock.h"
#include "realnet/common/log.h"
#include "realnet/common/manual-page.h"

#include <fmt/format.h>
#include <iostream>
#include <sched.h>
#include <sodium.h>
#include <thread>

namespace sonda
{

namespace
{

constexpr const char* NAME = "sonda-agent";

/** Long enough for 20 ticks of /proc/stat per CPU: the first report must not be a guess. */
constexpr Duration FIRST_WINDOW = std::chrono::milliseconds(200);

unsigned
UsableCores()
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0)
    {
        return static_cast<unsigned>(CPU_COUNT(&allowed));
    }
    return std::max(1U, std::thread::hardware_concurrency());
}

/** The advertised address where it is ours, else the interface's: a source check needs the first.
 */
Expected<UdpSocket>
OpenReplySocket(const Endpoint& server, const Interface& interface, bool isSigned)
{
    Expected<UdpSocket> socket = UdpSocket::Open(server.address, interface);
    if (socket)
    {
        return socket;
    }
    if (isSigned)
    {
        return Error{"with --key-file responses must come from the advertised address, but " +
                     socket.GetError().message};
    }
    spdlog::warn("{} is not an address of this machine: responses come from {}, and monitors that "
                 "check the source refuse them",
                 server.address,
                 interface.address);
    return UdpSocket::Open(interface.address, interface);
}

/** Makes the agent's own response to an ordinary request and shows it. */
int
Print(const AgentOptions& options, LoadSampler& sampler, const AgentCommand& command)
{
    const Instant now = Now();
    const auto report = CurrentReport(sampler, CountConnections(options.server), command, now);
    if (!report)
    {
        return FailStart(NAME, report.GetError().message);
    }
    SecureRandom random;
    ProbeRequest request;
    request.nonce = RandomHex(random, 128);
    request.windowMs = 0;
    Agent agent(options, std::nullopt);
    const auto figures = [&report] { return report; };
    const auto refusal = agent.OnDatagram(Encode(request), "127.0.0.1", 1, now, figures, random);
    const auto reply = agent.TakeReply(now);
    if (refusal || !reply)
    {
        return FailStart(NAME, "the agent does not answer itself");
    }
    constexpr double MIB = 1024.0 * 1024.0;
    std::cout << reply->datagram << '\n'
              << fmt::format("{} at {}: {:.0f} of {:.0f} MiB free, {:.1f} % of {:g} cores unused "
                             "({:.1f} % over 10 s), run queue {:g}, {} connections, weight {:g}\n",
                             options.id,
                             ToString(options.server),
                             report->ram / MIB,
                             report->ramTotal.value_or(0) / MIB,
                             report->cpu,
                             report->cores.value_or(0),
                             report->cpu10s.value_or(0),
                             report->load1.value_or(0),
                             report->inFlight ? std::to_string(*report->inFlight) : "unknown",
                             report->weight);
    return 0;
}

int
Serve(const CommandLine& line, AgentConfiguration configuration, LoadSampler& sampler)
{
    const AgentCommand& command = configuration.Command();
    const ProbeNetwork& network = command.network;
    std::vector<UdpSocket> groups;
    for (const Interface& interface : configuration.interfaces)
    {
        Expected<UdpSocket> group = UdpSocket::OpenGroup(network.group, network.port, interface);
        if (!group)
        {
            return FailStart(NAME, "interface " + interface.name + ": " + group.GetError().message);
        }
        groups.push_back(std::move(*group));
    }
    Expected<UdpSocket> replies = OpenReplySocket(configuration.options.server,
                                                  configuration.interfaces.front(),
                                                  configuration.keyring.has_value());
    if (!replies)
    {
        return FailStart(NAME, replies.GetError().message);
    }
    const std::string start =
        fmt::format("agent {} for {}: group {}:{} on {}, {}",
                    configuration.options.id,
                    ToString(configuration.options.server),
                    network.group,
                    network.port,
                    ToString(configuration.interfaces),
                    configuration.keyring ? "authenticated" : "not authenticated");
    const std::uint64_t seed = command.seed.value_or(RandomSeed());
    AgentService service(
        {line, std::move(configuration), std::move(groups), std::move(*replies), seed},
        sampler);
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

int
Main(int argc, const char* const* argv)
{
    const ProgramText program = AgentProgram(std::string(VERSION) + " (" + COMMIT + ")");
    CommandLine line;
    const AgentReading form;
    if (const auto code = ParseCommandLine(program, form.table, argc, argv, line))
    {
        return *code;
    }
    if (line.count("man"))
    {
        std::cout << ManualPage(program, form.table);
        return 0;
    }
    auto configuration = ConfigureAgent(line);
    if (!configuration)
    {
        return FailStart(NAME, configuration.GetError());
    }
    const AgentCommand& command = configuration->Command();
    if (command.check)
    {
        std::cout << NAME << ": the configuration is good\n";
        return 0;
    }
    SetUpLog(command.verbose);
    const SystemFiles files;
    LoadSampler sampler(files, UsableCores());
    if (const auto error = Prepare(sampler))
    {
        return FailStart(NAME, error->message);
    }
    if (command.print)
    {
        return Print(configuration->options, sampler, command);
    }
    return Serve(line, std::move(*configuration), sampler);
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
