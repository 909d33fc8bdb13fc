#ifndef SONDA_REALNET_COMMON_OPTION_TABLE_H
#define SONDA_REALNET_COMMON_OPTION_TABLE_H

#include "model/base/error.h"
#include "realnet/common/option-values.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/** How an option's value is written in a configuration file. */
enum class OptionForm
{
    TEXT,   //!< a string
    NUMBER, //!< a number
    FLAG,   //!< true or false
    LIST,   //!< a string or a list of strings; on the command line the option is repeated
};

/** When a changed value of an option comes into force. */
enum class OptionScope
{
    LIVE,         //!< a reload changes it
    RESTART,      //!< only a restart does
    COMMAND_ONLY, //!< not a setting: it has no key in the file
};

/** One option: `--connect-timeout 3s` is the key `connect_timeout` with the value "3s". */
struct Option
{
    std::string name; //!< without dashes in front
    std::string kind; //!< of its value, in capitals; empty for flags
    std::string meaning;
    std::vector<std::string> defaults; //!< texts; empty: none, the meaning says what then happens
    OptionForm form{OptionForm::TEXT};
    OptionScope scope{OptionScope::RESTART};
    std::string heading; //!< under which help and manual show it

    /** Reads the texts into the program's variable; a flag's are "true" and "false". */
    std::function<std::optional<Error>(const std::vector<std::string>&)> set;

    std::vector<std::string> values{}; //!< in force: given, or the defaults
    std::string origin{};              //!< "FILE: KEY" or "--NAME"; empty while the default holds

    /** \return the key in a configuration file. */
    std::string Key() const;
    /** \return "FILE: KEY" or "--NAME": how an error names it. */
    std::string Where() const;
};

/**
 * All options of a program, bound to the variables that they set: the one list from which come the
 * command line, the configuration file, --help and the manual page. Built anew for every reading.
 *
 * The defaults are in the variables as soon as an option was added. Start-up and reload only; not
 * thread-safe.
 */
class OptionTable
{
  public:
    /** The options added from now on belong to this heading. */
    void Heading(std::string heading);

    /** \param parse Expected<T>(const std::string&) */
    template <typename T, typename Parse>
    Option&
    Add(std::string name,
        std::string kind,
        T& target,
        const std::string& defaultText,
        std::string meaning,
        Parse parse)
    {
        return Insert({std::move(name),
                       std::move(kind),
                       std::move(meaning),
                       defaultText.empty() ? std::vector<std::string>{}
                                           : std::vector<std::string>{defaultText},
                       OptionForm::TEXT,
                       OptionScope::RESTART,
                       m_heading,
                       [&target, parse](const std::vector<std::string>& texts)
                       { return Read(texts.at(0), target, parse); }});
    }

    /** A number: \p parse as in Add(), but in the file it has no quotes. */
    template <typename T, typename Parse>
    Option&
    AddNumber(std::string name,
              T& target,
              const std::string& defaultText,
              std::string meaning,
              Parse parse)
    {
        Option& option = Add(std::move(name),
                             "NUMBER",
                             target,
                             defaultText,
                             std::move(meaning),
                             std::move(parse));
        option.form = OptionForm::NUMBER;
        return option;
    }

    /** Any number of values, each read by \p parse. */
    template <typename T, typename Parse>
    Option&
    AddList(std::string name,
            std::string kind,
            std::vector<T>& target,
            std::vector<std::string> defaults,
            std::string meaning,
            Parse parse)
    {
        return Insert({std::move(name),
                       std::move(kind),
                       std::move(meaning),
                       std::move(defaults),
                       OptionForm::LIST,
                       OptionScope::RESTART,
                       m_heading,
                       [&target, parse](const std::vector<std::string>& texts)
                       {
                           target.clear();
                           std::optional<Error> error;
                           for (auto text = texts.begin(); text != texts.end() && !error; ++text)
                           {
                               T value{};
                               error = Read(*text, value, parse);
                               target.push_back(std::move(value));
                           }
                           return error;
                       }});
    }

    /** A flag: --NAME and --no-NAME; true and false in the file. */
    Option& AddFlag(std::string name, bool& target, bool byDefault, std::string meaning);

    /** \return the option with this name, which must exist. */
    Option& Get(const std::string& name);
    const Option& Get(const std::string& name) const;

    /** \return the option with this key, or null; options without key are not found. */
    Option* FindKey(const std::string& key);

    std::vector<Option>&
    All()
    {
        return m_options;
    }

    const std::vector<Option>&
    All() const
    {
        return m_options;
    }

  private:
    template <typename T, typename Parse>
    static std::optional<Error>
    Read(const std::string& text, T& target, const Parse& parse)
    {
        auto value = parse(text);
        if (!value)
        {
            return value.GetError();
        }
        target = std::move(*value);
        return std::nullopt;
    }

    Option& Insert(Option option);

    std::vector<Option> m_options;
    std::string m_heading;
};

/** For options whose text is taken as it is. */
Expected<std::string> AnyText(const std::string& text);

} // namespace sonda

#endif
