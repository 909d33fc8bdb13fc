#ifndef SONDA_REALNET_PROGRAMS_PROGRAM_H
#define SONDA_REALNET_PROGRAMS_PROGRAM_H

#include "realnet/common/configuration.h"
#include "realnet/common/interface-slots.h"

#include <optional>
#include <string>

/** What agent and proxy do alike before they serve. Start-up only. */
namespace sonda
{

/** \return number and commit of what was built. */
std::string VersionAndCommit();

/**
 * Reads the command line, and does what it asks every program for: help, version, manual page, a
 * reload of the running program.
 * \param[out] line is complete when nothing is returned
 * \return the exit code when that was all, or the command line is wrong
 */
std::optional<int> BeginProgram(const ProgramText& program,
                                const OptionTable& table,
                                int argc,
                                const char* const* argv,
                                CommandLine& line);

/**
 * Says that a configuration is good (`--check`), with warnings of what may be a mistake all the
 * same.
 * \return the exit code, 0
 */
int TellGood(const ProgramText& program,
             const OptionTable& table,
             const InterfaceSlots& interfaces);

} // namespace sonda

#endif
