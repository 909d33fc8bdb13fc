#ifndef SONDA_REALNET_COMMON_CONFIGURATION_H
#define SONDA_REALNET_COMMON_CONFIGURATION_H

#include "realnet/common/option-table.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

/**
 * From command line and configuration file to the variables of an OptionTable. Start-up and reload
 * only; not thread-safe.
 *
 * The file is one JSON object; `//` and C comments are allowed in it. Options override the file.
 */
namespace sonda
{

/** One thing that is wrong with a configuration. */
struct Problem
{
    std::string where; //!< "FILE: KEY" or "--OPTION"
    std::string reason;
};

using Problems = std::vector<Problem>;

/** Takes what an option stands for. \return it, or nothing, and then the problem is noted */
template <typename T>
std::optional<T>
Take(Expected<T> result, const Option& option, Problems& problems)
{
    if (!result)
    {
        problems.push_back({option.Where(), result.GetError().message});
        return std::nullopt;
    }
    return std::move(*result);
}

/** \return "WHERE: REASON". */
std::string ToString(const Problem& problem);

/** What help and manual say about a program besides its options. */
struct ProgramText
{
    std::string name;
    std::string version;  //!< number and commit
    std::string oneLine;  //!< for the manual's NAME
    std::string about;    //!< a few lines
    std::string signals;  //!< what the program does on which signal
    std::string exits;    //!< the exit codes
    std::string fileName; //!< where the package keeps the configuration
    std::string seeAlso;
};

/** What was written on the command line, by option name; parsed for form only. */
using CommandLine = std::map<std::string, std::vector<std::string>>;

/** What every program is asked for beside its settings. */
struct CommonCommand
{
    std::string config; //!< file; empty: none
    bool check{false};  //!< say what is wrong with the configuration, and end
    bool reload{false}; //!< ask the running program to reload, and end
    bool manual{false}; //!< print the manual page, and end
};

/** Adds --config, --check, --reload and --man, which every program has. */
void AddCommonOptions(OptionTable& table, CommonCommand& command);

/**
 * \param table says which options there are; nothing in it changes
 * \param[out] line is complete when nothing is returned
 * \return the exit code when the program shall end now: 0 after help and version, 1 after an error
 */
std::optional<int> ParseCommandLine(const ProgramText& program,
                                    const OptionTable& table,
                                    int argc,
                                    const char* const* argv,
                                    CommandLine& line);

/**
 * Reads the file that --config names, if it does, then the command line, into the table.
 * \return every problem, also with values that the command line overrides
 */
Problems ReadConfiguration(OptionTable& table, const CommandLine& line);

/**
 * The part of ReadConfiguration() that reads a file's content.
 * \param file its name, for the problems
 */
Problems ReadConfigurationText(OptionTable& table,
                               const std::string& text,
                               const std::string& file);

/**
 * Compares two readings of the configuration.
 * \return the options that differ and need a restart, as "WHERE"
 */
std::vector<std::string> NeedRestart(const OptionTable& before, const OptionTable& after);

} // namespace sonda

#endif
