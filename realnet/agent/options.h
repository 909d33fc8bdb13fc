#ifndef SONDA_REALNET_AGENT_OPTIONS_H
#define SONDA_REALNET_AGENT_OPTIONS_H

#include "model/base/time.h"
#include "model/protocol/pdu.h"
#include "realnet/agent/cgroup-wish.h"
#include "realnet/common/configuration.h"
#include "realnet/common/option-values.h"
#include "realnet/common/probe-options.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sonda
{

/** What command line and configuration file of sonda-agent say. */
struct AgentCommand : CommonCommand
{
    ProbeNetwork network;
    AddressAndPort serve;    //!< without address: the interface's
    std::string id;          //!< empty: derived from the machine's
    Duration window{0};      //!< for requests that name none
    Duration countPeriod{0}; //!< least time between two counts of the server's connections
    CgroupWish cgroup;       //!< whose limits count
    double weight{1};        //!< relative capacity
    ServerState state{ServerState::READY};
    bool baseForm{false};              //!< answer with the report's keys only
    std::optional<std::uint64_t> seed; //!< of the random waits; else another at every start
    bool verbose{false};

    bool print{false}; //!< show the response and end
};

/** One reading of the configuration: the values, and the table that is bound to them. */
struct AgentReading
{
    AgentReading();
    AgentReading(const AgentReading&) = delete;
    AgentReading& operator=(const AgentReading&) = delete;

    AgentCommand command;
    OptionTable table;
};

/** What help and manual say. \param version number and commit */
ProgramText AgentProgram(std::string version);

/** Reads file and command line, and settles what options mean together. \return every problem */
Problems ReadAgentCommand(AgentReading& reading, const CommandLine& line);

} // namespace sonda

#endif
