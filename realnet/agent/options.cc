#include "realnet/agent/options.h"

#include "model/protocol/pdu.h"
#include "realnet/common/command-line.h"
#include "realnet/common/log.h"

namespace sonda
{

namespace
{

constexpr const char* ABOUT =
    "Answers Sonda's probe requests with the load of this machine.\n\n"
    "Runs on every back-end server. Ends with exit code 0 on SIGTERM or SIGINT, 1 when it cannot\n"
    "start. SIGUSR1 logs the counters as one line of JSON; so does the end.";

Expected<AddressAndPort>
ParseServe(const std::string& text)
{
    return ParseAddressAndPort(text, false);
}

void
AddAgentOptions(CLI::App& app, AgentCommand& command)
{
    AddParsed(app,
              "--serve",
              command.serve,
              "Where the server accepts TCP, as the response advertises it; without an address it "
              "is the interface's",
              "[ADDRESS:]PORT",
              "80",
              ParseServe);
    app.add_option("--id", command.id, "Stable identity [default: derived from the machine's id]")
        ->type_name("NAME");
    app.add_option("--weight", command.weight, "Relative capacity of the server")
        ->type_name("NUMBER")
        ->check(CLI::Range(1e-6, 1e6))
        ->capture_default_str();
    AddParsed(app,
              "--window",
              command.window,
              "Longest random wait for requests that name none (the base form)",
              "DURATION",
              "500ms",
              ParseDuration);
    app.add_flag("--print", command.print, "Print the response that would be sent, and end");
    app.add_flag("--base-form", command.baseForm, "Answer with the keys of the base form only");
    app.add_option("--seed", command.seed, "Seed of the random waits [default: from the kernel]")
        ->type_name("NUMBER");
    app.add_flag("--verbose", command.verbose, "Log every probe");
}

} // namespace

std::optional<int>
ParseAgentCommand(int argc, const char* const* argv, AgentCommand& command)
{
    CLI::App app(ABOUT, "sonda-agent");
    app.set_version_flag("--version", "sonda-agent " SONDA_VERSION " (" SONDA_COMMIT ")");
    AddProbeOptions(app, command.group, command.port, command.interface, command.keyFile);
    AddAgentOptions(app, command);
    if (const auto code = ParseCommandLine(app, argc, argv))
    {
        return code;
    }
    if (command.baseForm && !command.keyFile.empty())
    {
        return FailStart("sonda-agent",
                         "--base-form and --key-file exclude each other: the base form has no "
                         "nonce, so a signed answer could be replayed");
    }
    return std::nullopt;
}

} // namespace sonda
