#include "scenarios/sim/listing.h"

#include "model/selection/contenders.h"
#include "model/selection/policy.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sonda::sim
{

namespace
{

/** Rows of a short text in a column as wide as the widest needs, and a long one. */
class Columns
{
  public:
    explicit Columns(std::ostream& out)
        : m_out(out)
    {
    }

    void
    Add(const std::string& head, const std::string& text)
    {
        m_rows.emplace_back(head, text);
        m_width = std::max(m_width, head.size());
    }

    ~Columns()
    {
        for (const auto& [head, text] : m_rows)
        {
            m_out << "  " << head << std::string(m_width - head.size() + 2, ' ') << text << "\n";
        }
    }

  private:
    std::ostream& m_out;
    std::vector<std::pair<std::string, std::string>> m_rows;
    std::size_t m_width{0};
};

void
ListContenders(std::ostream& out)
{
    const auto catalogue = ContenderCatalogue::BuiltIn();
    for (const auto& [letter, title] : catalogue.Sections())
    {
        out << "\ncontenders, " << letter << ": " << title << "\n";
        Columns columns(out);
        for (const auto& entry : catalogue.Entries())
        {
            if (entry.section == letter)
            {
                const std::string number =
                    entry.number == 0 ? "" : std::to_string(entry.number) + ". ";
                columns.Add(entry.name, number + entry.text + ": " + entry.about);
            }
        }
    }
}

const char*
ToString(Ageing ageing)
{
    switch (ageing)
    {
    case Ageing::NONE:
        return "none";
    case Ageing::CUT_OFF:
        return "cut-off";
    case Ageing::ALL:
        return "all";
    }
    return "";
}

} // namespace

void
List(std::ostream& out, const Catalogue& catalogue)
{
    out << "formulas\n";
    for (const auto& entry : catalogue.Entries())
    {
        out << "  " << entry.name << "  " << entry.score << "\n      " << entry.about << "\n";
    }
    out << "\nvariables of a formula\n";
    {
        Columns columns(out);
        for (const auto& info : AllVariables())
        {
            const std::string unit = info.unit;
            columns.Add(info.name, info.meaning + (unit.empty() ? "" : " [" + unit + "]"));
        }
    }
    out << "\npolicies, each with the formula that it has by itself\n";
    {
        Columns columns(out);
        for (const auto& info : AllPolicies())
        {
            const bool scored = info.defaultFormula != "none";
            columns.Add(info.name + info.parameter,
                        info.about + (scored ? " (" + info.defaultFormula + ")" : ""));
        }
    }
    out << "\nbehind a policy: @cut-off:S, @decay:S or @penalty:S for reports older than S "
           "seconds\n";
    ListContenders(out);
}

void
ListAsJson(std::ostream& out, const Catalogue& catalogue)
{
    using Json = nlohmann::ordered_json;
    Json list = {{"formulas", Json::array()},
                 {"policies", Json::array()},
                 {"contenders", Json::array()}};
    for (const auto& entry : catalogue.Entries())
    {
        list["formulas"].push_back(
            {{"name", entry.name}, {"score", entry.score}, {"about", entry.about}});
    }
    for (const auto& info : AllPolicies())
    {
        list["policies"].push_back({{"name", info.name},
                                    {"parameter", info.parameter},
                                    {"example", info.example},
                                    {"about", info.about},
                                    {"formula", info.defaultFormula},
                                    {"ageing", ToString(info.ageing)},
                                    {"simulation_only", info.needsOracle}});
    }
    const auto contenders = ContenderCatalogue::BuiltIn();
    for (const auto& entry : contenders.Entries())
    {
        list["contenders"].push_back({{"name", entry.name},
                                      {"contender", entry.text},
                                      {"section", std::string(1, entry.section)},
                                      {"about", entry.about}});
    }
    out << list.dump(2) << "\n";
}

} // namespace sonda::sim
