#include "model/base/shown.h"
#include "model/selection/contenders.h"
#include "model/selection/policy-row.h"
#include "model/selection/policy.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>

namespace sonda
{

/** Made by the build from the files of model/selection/policies. */
namespace policies
{

using RowFunction = PolicyRow (*)();
extern const RowFunction ALL[];
extern const std::size_t COUNT;

} // namespace policies

namespace
{

using Result = Expected<std::unique_ptr<Policy>>;

/** A policy's text in its three parts; the columns count from 1. */
struct Text
{
    std::string_view name;
    std::optional<std::string_view> parameters;
    std::size_t parametersColumn;
    std::optional<std::string_view> rule;
    std::size_t ruleColumn;
};

Text
Split(std::string_view text)
{
    Text split{};
    const auto at = text.find('@');
    if (at != std::string_view::npos)
    {
        split.rule = text.substr(at + 1);
        split.ruleColumn = at + 2;
        text = text.substr(0, at);
    }
    const auto colon = text.find(':');
    split.name = text.substr(0, colon);
    split.parametersColumn = text.size() + 1;
    if (colon != std::string_view::npos)
    {
        split.parameters = text.substr(colon + 1);
        split.parametersColumn = colon + 2;
    }
    return split;
}

const PolicyRow*
FindRow(std::string_view name)
{
    const auto& rows = PolicyRows();
    const auto found = std::find_if(rows.begin(),
                                    rows.end(),
                                    [name](const auto& row) { return row.name == name; });
    return found == rows.end() ? nullptr : &*found;
}

Error
ErrorAt(std::size_t column, const std::string& message)
{
    return Error{"policy, column " + std::to_string(column) + ": " + message};
}

/** \return what was likely meant by a name that is no policy's: a contender's, or one of both
 * parts. */
std::optional<Error>
ContenderMeant(const std::string& text)
{
    static const auto contenders = ContenderCatalogue::BuiltIn();
    const auto meant = contenders.Find(text);
    if (!meant)
    {
        return std::nullopt;
    }
    return ErrorAt(1,
                   "'" + Shown(text) + "' is a contender, which has two parts: the policy '" +
                       Shown(meant->policy) + "' with the formula '" + Shown(meant->formula) + "'");
}

Error
UnknownName(std::string_view name, bool hasOracle)
{
    std::string names;
    for (const auto& info : AllPolicies())
    {
        names += info.needsOracle && !hasOracle ? "" : " " + info.name + info.parameter;
    }
    return ErrorAt(1,
                   "there is no policy '" + Shown(name) + "'; policies:" + names +
                       "; behind one may stand @cut-off:SECONDS, @decay:SECONDS or "
                       "@penalty:SECONDS");
}

Expected<AgeRule>
ReadRule(const Text& text, const PolicyRow& row)
{
    if (!text.rule)
    {
        return AgeRule();
    }
    if (row.ageing == Ageing::NONE)
    {
        return ErrorAt(text.ruleColumn - 1,
                       row.name + " has its own way with old reports, and takes no @");
    }
    const auto rule = AgeRule::Parse(*text.rule);
    if (!rule)
    {
        return ErrorAt(text.ruleColumn, rule.GetError().message);
    }
    if (row.ageing == Ageing::CUT_OFF && rule->ChangesScores())
    {
        return ErrorAt(text.ruleColumn,
                       row.name + " does not pick by score; it takes @cut-off:SECONDS only");
    }
    return *rule;
}

/** Which policy was asked for, and what it is to be made from. */
struct Order
{
    const PolicyRow* row;
    PolicyParts parts;
};

/** \param hasOracle whether the policy can be given one */
Expected<Order>
ReadOrder(const std::string& policyText, bool hasOracle)
{
    const Text text = Split(policyText);
    const PolicyRow* const row = FindRow(text.name);
    if (row == nullptr)
    {
        const auto meant = ContenderMeant(policyText);
        return meant ? *meant : UnknownName(text.name, hasOracle);
    }
    if (text.parameters && row->parameters.empty())
    {
        return ErrorAt(text.parametersColumn - 1,
                       row->name + " takes no parameter, not ':" + Shown(*text.parameters) + "'");
    }
    auto numbers = ParseParameters(text.parameters, row->parameters);
    if (!numbers)
    {
        return ErrorAt(text.parametersColumn,
                       row->name + " " + NeedsOf(row->name, row->parameters));
    }
    const auto rule = ReadRule(text, *row);
    if (!rule)
    {
        return rule.GetError();
    }
    if (row->needsOracle && !hasOracle)
    {
        return ErrorAt(1,
                       row->name + " knows the true state of the servers; that exists only in "
                                   "a simulation without packets");
    }
    return Order{row, PolicyParts{std::move(*numbers), *rule, nullptr}};
}

} // namespace

const std::vector<PolicyRow>&
PolicyRows()
{
    static const std::vector<PolicyRow> rows = []
    {
        std::vector<PolicyRow> all;
        for (std::size_t i = 0; i < policies::COUNT; ++i)
        {
            all.push_back(policies::ALL[i]());
        }
        std::sort(all.begin(),
                  all.end(),
                  [](const auto& a, const auto& b)
                  { return std::tie(a.section, a.name) < std::tie(b.section, b.name); });
        return all;
    }();
    return rows;
}

const std::vector<PolicyInfo>&
AllPolicies()
{
    static const std::vector<PolicyInfo> all = []
    {
        std::vector<PolicyInfo> infos;
        for (const auto& row : PolicyRows())
        {
            infos.push_back({row.name,
                             SignatureOf(row.parameters),
                             row.name + ExampleOf(row.parameters, false),
                             row.about,
                             row.defaultFormula,
                             row.ageing,
                             row.needsOracle});
        }
        return infos;
    }();
    return all;
}

std::optional<Error>
CheckPolicy(const std::string& policyText, bool simulated)
{
    const auto order = ReadOrder(policyText, simulated);
    return order ? std::nullopt : std::make_optional(order.GetError());
}

Result
MakePolicy(const std::string& policyText, const Oracle* oracle)
{
    auto order = ReadOrder(policyText, oracle != nullptr);
    if (!order)
    {
        return order.GetError();
    }
    order->parts.oracle = oracle;
    return order->row->make(std::move(order->parts));
}

std::string
DefaultFormulaOf(const std::string& policyText)
{
    const PolicyRow* const row = FindRow(Split(policyText).name);
    return row == nullptr ? "connections" : row->defaultFormula;
}

} // namespace sonda
