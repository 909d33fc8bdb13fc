#include "realnet/common/option-table.h"

#include <algorithm>
#include <stdexcept>

namespace sonda
{

std::string
Option::Key() const
{
    std::string key = name;
    std::replace(key.begin(), key.end(), '-', '_');
    return key;
}

std::string
Option::Where() const
{
    return origin.empty() ? "--" + name : origin;
}

void
OptionTable::Heading(std::string heading)
{
    m_heading = std::move(heading);
}

Option&
OptionTable::Insert(Option option)
{
    if (!option.defaults.empty())
    {
        if (const auto error = option.set(option.defaults))
        {
            throw std::logic_error("default of --" + option.name + ": " + error->message);
        }
    }
    option.values = option.defaults;
    return m_options.emplace_back(std::move(option));
}

Option&
OptionTable::AddFlag(std::string name, bool& target, bool byDefault, std::string meaning)
{
    return Insert({std::move(name),
                   "",
                   std::move(meaning),
                   {byDefault ? "true" : "false"},
                   OptionForm::FLAG,
                   OptionScope::RESTART,
                   m_heading,
                   [&target](const std::vector<std::string>& texts) -> std::optional<Error>
                   {
                       target = texts.at(0) == "true";
                       return std::nullopt;
                   }});
}

const Option&
OptionTable::Get(const std::string& name) const
{
    const auto found = std::find_if(m_options.begin(),
                                    m_options.end(),
                                    [&name](const Option& option) { return option.name == name; });
    if (found == m_options.end())
    {
        throw std::logic_error("there is no option --" + name);
    }
    return *found;
}

Option&
OptionTable::Get(const std::string& name)
{
    return const_cast<Option&>(std::as_const(*this).Get(name));
}

Option*
OptionTable::FindKey(const std::string& key)
{
    for (Option& option : m_options)
    {
        if (option.scope != OptionScope::COMMAND_ONLY && option.Key() == key)
        {
            return &option;
        }
    }
    return nullptr;
}

Expected<std::string>
AnyText(const std::string& text)
{
    return text;
}

} // namespace sonda
