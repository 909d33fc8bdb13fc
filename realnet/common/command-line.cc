#include "realnet/common/configuration.h"
#include "realnet/common/log.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

/** The part of configuration.h that reads the command line, and makes --help. */
namespace sonda
{

namespace
{

void
AddTo(CLI::App& app, const Option& option)
{
    const std::string name = "--" + option.name;
    CLI::Option* added = nullptr;
    if (option.form == OptionForm::FLAG)
    {
        const bool isSetting = option.scope != OptionScope::COMMAND_ONLY;
        added = app.add_flag(isSetting ? name + ",!--no-" + option.name : name);
    }
    else
    {
        added = app.add_option(name);
        added->type_name(option.kind);
        added->default_str(fmt::format("{}", fmt::join(option.defaults, " ")));
    }
    if (option.form == OptionForm::LIST)
    {
        added->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args(false);
    }
    added->description(option.meaning);
    added->group(option.heading);
}

} // namespace

std::optional<int>
ParseCommandLine(const ProgramText& program,
                 const OptionTable& table,
                 int argc,
                 const char* const* argv,
                 CommandLine& line)
{
    CLI::App app(program.about, program.name);
    app.set_version_flag("--version", program.name + " " + program.version);
    app.footer(program.signals + "\n" + program.exits);
    for (const Option& option : table.All())
    {
        AddTo(app, option);
    }
    try
    {
        app.parse(argc, argv);
    }
    catch (const CLI::Success& request) // help or version
    {
        return app.exit(request);
    }
    catch (const CLI::ParseError& error)
    {
        return FailStart(program.name, std::string(error.what()) + " (--help shows the options)");
    }
    for (const Option& option : table.All())
    {
        const CLI::Option* const given = app.get_option("--" + option.name);
        if (given->count() > 0)
        {
            line[option.name] = given->results();
        }
    }
    return std::nullopt;
}

} // namespace sonda
