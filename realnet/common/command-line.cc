#include "realnet/common/command-line.h"

#include "realnet/common/log.h"

#include <iostream>

namespace sonda
{

void
AddProbeOptions(CLI::App& app,
                std::string& group,
                std::uint16_t& port,
                std::string& interface,
                std::string& keyFile)
{
    AddParsed(app,
              "--group",
              group,
              "Multicast group of the probes",
              "ADDRESS",
              "239.8.8.8",
              ParseGroup);
    port = 8888;
    app.add_option("--port", port, "UDP port of the probes")
        ->type_name("PORT")
        ->check(CLI::Range(1, 65535))
        ->capture_default_str();
    app.add_option("--interface",
                   interface,
                   "Interface to the agents' LAN [default: the one with the default route]")
        ->type_name("NAME|ADDRESS");
    app.add_option("--key-file", keyFile, "Keys; only authentic PDUs are then accepted")
        ->type_name("FILE");
}

std::optional<int>
ParseCommandLine(CLI::App& app, int argc, const char* const* argv)
{
    try
    {
        app.parse(argc, argv);
    }
    catch (const CLI::Success& request) // help or version
    {
        return app.exit(request);
    }
    catch (const CLI::ParseError& error)
    {
        return FailStart(app.get_name(), std::string(error.what()) + " (--help shows the options)");
    }
    return std::nullopt;
}

} // namespace sonda
