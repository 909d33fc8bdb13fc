#ifndef SONDA_REALNET_COMMON_PROBE_OPTIONS_H
#define SONDA_REALNET_COMMON_PROBE_OPTIONS_H

#include "realnet/common/option-table.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sonda
{

/** Where probes travel and how they are authenticated: what agent and proxy must agree on. */
struct ProbeNetwork
{
    std::string group;
    std::uint16_t port{0};
    std::vector<std::string> interfaces; //!< names or addresses; empty: the default one
    std::string keyFile;                 //!< empty: no authentication
};

/** \return AF_INET or AF_INET6, as the group is. */
int Family(const ProbeNetwork& network);

/**
 * Adds --group, --port, --interface and --key-file, which both binaries have.
 * \param interfaceMeaning what several interfaces mean to the program
 */
void AddProbeOptions(OptionTable& table,
                     ProbeNetwork& network,
                     const std::string& interfaceMeaning);

} // namespace sonda

#endif
