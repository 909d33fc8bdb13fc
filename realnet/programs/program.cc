#include "realnet/programs/program.h"

#include "model/base/version.h"
#include "realnet/common/log.h"
#include "realnet/common/manual-page.h"
#include "realnet/common/reload-port.h"
#include "realnet/common/service-user.h"

#include <iostream>

namespace sonda
{

std::string
VersionAndCommit()
{
    return std::string(VERSION) + " (" + COMMIT + ")";
}

std::optional<int>
BeginProgram(const ProgramText& program,
             const OptionTable& table,
             int argc,
             const char* const* argv,
             CommandLine& line)
{
    if (const auto code = ParseCommandLine(program, table, argc, argv, line))
    {
        return code;
    }
    if (line.count("reload"))
    {
        return AskForReload(program.name);
    }
    if (line.count("man"))
    {
        std::cout << ManualPage(program, table);
        return 0;
    }
    return std::nullopt;
}

int
TellGood(const ProgramText& program, const OptionTable& table, const InterfaceSlots& interfaces)
{
    WarnOfUnreadable(program.name, table);
    WarnAtCheck(program.name, AbsentInterfaces(interfaces, table.Get("interface")));
    std::cout << program.name << ": the configuration is good\n";
    return 0;
}

} // namespace sonda
