#ifndef SONDA_REALNET_PROXY_PROXY_CONFIGURATION_H
#define SONDA_REALNET_PROXY_PROXY_CONFIGURATION_H

#include "model/control/monitor.h"
#include "model/scoring/formula.h"
#include "model/selection/policy.h"
#include "realnet/common/admin-token.h"
#include "realnet/common/interface-slots.h"
#include "realnet/proxy/descriptor-budget.h"
#include "realnet/proxy/options.h"

#include <memory>
#include <optional>
#include <vector>

namespace sonda
{

/** A configuration that was read and found good, with what its texts stand for. */
struct ProxyConfiguration
{
    std::shared_ptr<const ProxyReading> reading;
    std::string formulaText; //!< stays when the formula has gone to the balancer
    Formula formula;
    std::unique_ptr<Policy> policy;
    std::optional<Keyring> keyring; //!< empty: no authentication
    InterfaceSlots interfaces;      //!< as they were at the reading; some, or all, may be missing
    DescriptorBudget budget;
    std::unique_ptr<ConnectionLog> log;   //!< null: none is wanted
    std::optional<AdminToken> adminToken; //!< empty: nothing can be changed over HTTP

    const ProxyCommand&
    Command() const
    {
        return reading->command;
    }
};

/** The process that a configuration is read for. */
struct ProxyProcess
{
    /** Listening sockets of a service manager, which take the place of `listen`. */
    std::vector<OwnListener> inherited{};
    /** What only a restart changes is in force here; null: this is the start. */
    std::shared_ptr<const ProxyReading> atStart{};
};

/**
 * Reads command line and file and everything that they name; opens no socket. Start-up and reload.
 * \return the configuration, or every problem in it
 */
Expected<ProxyConfiguration, Problems> Configure(const CommandLine& line,
                                                 const ProxyProcess& process);

/** \return where the process accepts connections. \param inherited see ProxyProcess */
OwnAddresses OwnPlaces(const ProxyCommand& command, const std::vector<OwnListener>& inherited);

/** \return what the monitors are told of it. \param policy that will pick */
MonitorOptions MakeMonitorOptions(const ProxyCommand& command, const Policy& policy);

/** \return what the table is told of it. */
TableTiming MakeTableTiming(const ProxyCommand& command);

/** \return what the health checks are told of it. */
HealthChecks::Settings MakeHealthSettings(const ProxyCommand& command);

/** \return what the workers are told of it. \param log that they share; may be null */
RelaySettings MakeRelaySettings(const ProxyCommand& command, std::shared_ptr<ConnectionLog> log);

/** \return "NAME (TEXT)" for a named formula, else its text. */
std::string Describe(const Formula& formula);

} // namespace sonda

#endif
