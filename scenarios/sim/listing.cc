#include "scenarios/sim/listing.h"

#include "model/selection/policy.h"

#include <iomanip>

namespace sonda::sim
{

void
List(std::ostream& out, const Catalogue& catalogue)
{
    out << std::left << "formulas\n";
    for (const auto& entry : catalogue.Entries())
    {
        out << "  " << std::setw(14) << entry.name << entry.score << "\n"
            << std::setw(16) << "" << entry.about << "\n";
    }
    out << "\nvariables of a formula\n";
    for (const auto& info : AllVariables())
    {
        out << "  " << std::setw(14) << info.name << std::setw(13) << info.unit << info.meaning
            << "\n";
    }
    out << "\npolicies\n";
    for (const auto& info : AllPolicies())
    {
        out << "  " << std::setw(14) << info.name + info.parameter << info.about
            << (info.defaultFormula == "none" ? " (looks at no score)" : "") << "\n";
    }
}

} // namespace sonda::sim
