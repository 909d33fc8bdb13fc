#ifndef SONDA_REALNET_PROXY_OPTIONS_H
#define SONDA_REALNET_PROXY_OPTIONS_H

#include "model/base/time.h"
#include "model/connection/proxy-rules.h"
#include "model/control/whereabouts.h"
#include "model/table/table-rules.h"
#include "realnet/balancer/health-checks.h"
#include "realnet/common/configuration.h"
#include "realnet/common/option-values.h"
#include "realnet/common/probe-options.h"
#include "realnet/worker/own-addresses.h"
#include "realnet/worker/relay-settings.h"
#include "realnet/worker/scheduling.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/** What command line and configuration file of sonda-proxy say. */
struct ProxyCommand : CommonCommand
{
    std::vector<AddressAndPort> listen; //!< without address: all
    int backlog{0};
    ProbeNetwork network;
    Duration interval{0};
    Duration window{0};
    std::string formula;  //!< empty: the policy's own
    std::string formulas; //!< file with a catalogue of the user's; empty: none
    std::string policy;
    unsigned workers{1};
    Scheduling scheduling{Scheduling::BATCH}; //!< of the workers
    unsigned pipes{0};                        //!< per worker
    ConnectionRules connection{ProxyRules::AsShipped().connection};
    Duration ackTimeout{std::chrono::seconds(20)};
    Duration keepAlive{0};
    ProxyProtocol proxyProtocol{ProxyProtocol::OFF};
    std::vector<Network> trusted;
    std::string connectionLog; //!< file, "-" or "off"
    LogFormat logFormat{LogFormat::KEY_VALUE};
    std::optional<std::size_t> maxConnections; //!< empty: as many as there are descriptors for
    TableRules rules{ProxyRules::AsShipped().table}; //!< also what no option says
    std::vector<StaticServer> servers;               //!< without agents
    Duration drainTimeout{0};
    bool acceptBase{true};
    bool baseForm{false};
    bool allowForeignSource{false};
    ForeignSources foreignSources{ForeignSources::ON_LINK}; //!< what that and the key mean together
    std::string deriveKey; //!< an agent whose key file is to be printed; empty: none
    std::optional<std::uint64_t> seed;
    bool verbose{false};

    std::optional<AddressAndPort> admin; //!< nothing: off
    std::string adminTokenFile;          //!< empty: nothing can be changed over HTTP
    std::string record;                  //!< folder for result files; empty: none
};

/** One reading of the configuration: the values, and the table that is bound to them. */
struct ProxyReading
{
    ProxyReading();
    ProxyReading(const ProxyReading&) = delete;
    ProxyReading& operator=(const ProxyReading&) = delete;

    ProxyCommand command;
    OptionTable table;
};

/** What help and manual say. \param version number and commit */
ProgramText ProxyProgram(std::string version);

/**
 * \param at one of \p listen
 * \return whether it is an IPv6 address beside an IPv4 one with the same port: then it must leave
 * IPv4 alone, of which :: takes all otherwise
 */
bool SharesPortWithIpv4(const std::vector<AddressAndPort>& listen, const AddressAndPort& at);

/** \return where the process will accept connections, of clients and of the admin listener. */
std::vector<OwnListener> PlacesToListen(const ProxyCommand& command);

/** Reads file and command line, and settles what options mean together. \return every problem */
Problems ReadProxyCommand(ProxyReading& reading, const CommandLine& line);

} // namespace sonda

#endif
