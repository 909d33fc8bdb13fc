#ifndef SONDA_REALNET_COMMON_COMMAND_LINE_H
#define SONDA_REALNET_COMMON_COMMAND_LINE_H

#include "model/base/error.h"
#include "model/base/time.h"
#include "realnet/common/option-values.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

/** What the command lines of the real binaries share. Start-up only. */
namespace sonda
{

/** Adds an option whose value is read by \p parse; the error then names the option. */
template <typename T, typename Parse>
CLI::Option*
AddParsed(CLI::App& app,
          const std::string& name,
          T& target,
          const std::string& meaning,
          const std::string& kind,
          const std::string& defaultText,
          Parse parse)
{
    const auto read = [&target, parse, name](const std::string& text)
    {
        const auto value = parse(text);
        if (!value)
        {
            throw CLI::ValidationError(name, value.GetError().message);
        }
        target = *value;
    };
    if (!defaultText.empty())
    {
        target = *parse(defaultText);
    }
    CLI::Option* option = app.add_option_function<std::string>(name, read, meaning);
    option->type_name(kind);
    option->default_str(defaultText);
    return option;
}

/** Adds --group, --port, --interface and --key-file, which both binaries have. */
void AddProbeOptions(CLI::App& app,
                     std::string& group,
                     std::uint16_t& port,
                     std::string& interface,
                     std::string& keyFile);

/** Parses. \return the exit code when the program shall end now: 0 after help, 1 after an error. */
std::optional<int> ParseCommandLine(CLI::App& app, int argc, const char* const* argv);

} // namespace sonda

#endif
