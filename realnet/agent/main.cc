#include "model/protocol/address.h"
#include "realnet/agent/agent-service.h"
#include "realnet/agent/identity.h"
#include "realnet/agent/options.h"
#include "realnet/common/clock.h"
#include "realnet/common/interface.h"
#include "realnet/common/key-file.h"

#include <fmt/format.h>
#include <iostream>
#include <sched.h>
#include <sodium.h>
#include <thread>

namespace sonda
{

namespace
{

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

/** Who this agent is, from the command line and the machine. */
Expected<AgentOptions>
MakeOptions(const AgentCommand& command, const Interface& interface)
{
    AgentOptions options;
    options.server = {command.serve.address.value_or(interface.address), command.serve.port};
    options.defaultWindow = command.window;
    options.baseForm = command.baseForm;
    const auto address = ParseIpv4(options.server.address);
    if (!address || !IsUnicast(*address))
    {
        return Error{"--serve: " + options.server.address +
                     " is not the address of one host, so no proxy could connect to it"};
    }
    if (!command.id.empty())
    {
        options.id = command.id;
        if (auto error = CheckIdentity(command.id))
        {
            return *error;
        }
        return options;
    }
    const auto id =
        DeriveIdentity(SystemFiles().Read("/etc/machine-id").value_or(""), options.server);
    if (!id)
    {
        return id.GetError();
    }
    options.id = *id;
    return options;
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
Print(const AgentOptions& options, LoadSampler& sampler, double weight)
{
    const Instant now = Now();
    const auto report = CurrentReport(sampler, options.server, weight, now);
    if (!report)
    {
        return FailStart("sonda-agent", report.GetError().message);
    }
    SecureRandom random;
    ProbeRequest request;
    request.nonce = RandomHex(random, 128);
    request.windowMs = 0;
    Agent agent(options, std::nullopt);
    const auto refusal = agent.OnDatagram(Encode(request), "127.0.0.1", 1, now, *report, random);
    const auto reply = agent.TakeReply(now);
    if (refusal || !reply)
    {
        return FailStart("sonda-agent", "the agent does not answer itself");
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
Serve(const AgentCommand& command,
      const Interface& interface,
      AgentOptions options,
      LoadSampler& sampler)
{
    std::optional<Keyring> keyring;
    if (!command.keyFile.empty())
    {
        Expected<Keyring> loaded = LoadKeyFile(command.keyFile);
        if (!loaded)
        {
            return FailStart("sonda-agent", loaded.GetError().message);
        }
        keyring = std::move(*loaded);
    }
    Expected<UdpSocket> group = UdpSocket::OpenGroup(command.group, command.port, interface);
    if (!group)
    {
        return FailStart("sonda-agent", group.GetError().message);
    }
    Expected<UdpSocket> replies = OpenReplySocket(options.server, interface, keyring.has_value());
    if (!replies)
    {
        return FailStart("sonda-agent", replies.GetError().message);
    }
    const std::string start = fmt::format("agent {} for {}: group {}:{} on {} ({}), {}",
                                          options.id,
                                          ToString(options.server),
                                          command.group,
                                          command.port,
                                          interface.name,
                                          interface.address,
                                          keyring ? "authenticated" : "not authenticated");
    AgentService service({std::move(options),
                          std::move(keyring),
                          std::move(*group),
                          std::move(*replies),
                          command.weight,
                          command.seed.value_or(RandomSeed())},
                         sampler);
    spdlog::info(start); // signals are heeded from here on
    service.Run();
    return 0;
}

int
Main(int argc, const char* const* argv)
{
    AgentCommand command;
    if (const auto code = ParseAgentCommand(argc, argv, command))
    {
        return *code;
    }
    SetUpLog(command.verbose);
    const auto interface = FindInterface(command.interface);
    if (!interface)
    {
        return FailStart("sonda-agent", interface.GetError().message);
    }
    auto options = MakeOptions(command, *interface);
    if (!options)
    {
        return FailStart("sonda-agent", options.GetError().message);
    }
    const SystemFiles files;
    LoadSampler sampler(files, UsableCores());
    auto error = sampler.Sample(Now());
    if (!error)
    {
        std::this_thread::sleep_for(FIRST_WINDOW);
        error = sampler.Sample(Now());
    }
    if (error)
    {
        return FailStart("sonda-agent", error->message);
    }
    if (command.print)
    {
        return Print(*options, sampler, command.weight);
    }
    return Serve(command, *interface, std::move(*options), sampler);
}

} // namespace

} // namespace sonda

int
main(int argc, char** argv)
{
    if (sodium_init() < 0)
    {
        return sonda::FailStart("sonda-agent", "libsodium found no source of random numbers");
    }
    return sonda::Main(argc, argv);
}
