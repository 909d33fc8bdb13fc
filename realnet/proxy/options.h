#ifndef SONDA_REALNET_PROXY_OPTIONS_H
#define SONDA_REALNET_PROXY_OPTIONS_H

#include "model/base/time.h"
#include "realnet/common/option-values.h"
#include "realnet/proxy/worker-shared.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sonda
{

/** What the command line of sonda-proxy says. */
struct ProxyCommand
{
    AddressAndPort listen; //!< without address: all
    std::string group;
    std::uint16_t port{0};
    std::string interface; //!< name or address; empty: the default one
    Duration interval{0};
    Duration window{0};
    std::string formula;
    std::string formulas; //!< file with a catalogue of the user's; empty: none
    std::string policy;
    unsigned workers{1};
    unsigned pipes{0}; //!< per worker
    RelayTimeouts timeouts;
    Duration drainTimeout{0};
    bool acceptBase{true};
    bool baseForm{false};
    bool allowForeignSource{true};
    std::string keyFile; //!< empty: no authentication
    std::optional<std::uint64_t> seed;
    bool verbose{false};
};

/**
 * \param[out] command is complete when nothing is returned
 * \return the exit code when the program shall end now: help, version, or an error, already printed
 */
std::optional<int> ParseProxyCommand(int argc, const char* const* argv, ProxyCommand& command);

} // namespace sonda

#endif
