#ifndef SONDA_MODEL_NS3_ARGUMENTS_H
#define SONDA_MODEL_NS3_ARGUMENTS_H

#include "ns3/command-line.h"

#include <optional>
#include <string>

namespace sonda::sim
{

/**
 * \return what is wrong with the attributes' defaults of Sonda's applications, which the command
 *         line may have set: a text that the model does not understand, attributes that contradict
 *         each other; or nothing. A single number out of its range ns-3 refuses by itself.
 */
std::optional<std::string> WrongAttributes();

/**
 * Parses the command line of an ns-3 program with Sonda's applications. Where WrongAttributes()
 * finds something it says so, shows the usage on standard error and ends the program with exit code
 * 1, as ns-3 does with an argument that it does not know.
 */
void ParseArguments(ns3::CommandLine& command, int argc, char* argv[]);

} // namespace sonda::sim

#endif
