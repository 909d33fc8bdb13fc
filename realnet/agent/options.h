#ifndef SONDA_REALNET_AGENT_OPTIONS_H
#define SONDA_REALNET_AGENT_OPTIONS_H

#include "model/base/error.h"
#include "model/base/time.h"
#include "realnet/common/option-values.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sonda
{

/** What the command line of sonda-agent says. */
struct AgentCommand
{
    std::string group;
    std::uint16_t port{0};
    std::string interface;             //!< name or address; empty: the default one
    AddressAndPort serve;              //!< without address: the interface's
    std::string id;                    //!< empty: derived from the machine's
    Duration window{0};                //!< for requests that name none
    double weight{1};                  //!< relative capacity
    bool print{false};                 //!< show the response and end
    bool baseForm{false};              //!< answer with the report's keys only
    std::string keyFile;               //!< empty: no authentication
    std::optional<std::uint64_t> seed; //!< of the random waits; else another at every start
    bool verbose{false};
};

/**
 * \param[out] command is complete when nothing is returned
 * \return the exit code when the program shall end now: help, version, or an error, already printed
 */
std::optional<int> ParseAgentCommand(int argc, const char* const* argv, AgentCommand& command);

} // namespace sonda

#endif
