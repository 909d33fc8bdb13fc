#include "realnet/common/manual-page.h"

#include <algorithm>
#include <fmt/format.h>

namespace sonda
{

namespace
{

/** Text in which roff sees neither requests nor hyphens to break at. */
std::string
Escape(const std::string& text)
{
    std::string result;
    for (const char c : text)
    {
        if (c == '\\')
        {
            result += "\\e";
        }
        else if (c == '-')
        {
            result += "\\-";
        }
        else if ((c == '.' || c == '\'') && (result.empty() || result.back() == '\n'))
        {
            result += "\\&";
            result += c;
        }
        else
        {
            result += c;
        }
    }
    return result;
}

std::string
Upper(std::string text)
{
    std::transform(text.begin(),
                   text.end(),
                   text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string
OptionItem(const Option& option)
{
    const bool isSetting = option.scope != OptionScope::COMMAND_ONLY;
    std::string item = ".TP\n\\fB\\-\\-" + Escape(option.name) + "\\fR";
    if (option.form == OptionForm::FLAG && isSetting)
    {
        item += ", \\fB\\-\\-no\\-" + Escape(option.name) + "\\fR";
    }
    item += option.kind.empty() ? "\n" : " \\fI" + Escape(option.kind) + "\\fR\n";
    item += Escape(option.meaning) + ".\n";
    if (option.form == OptionForm::LIST)
    {
        item += "May be repeated; in the file it is a list.\n";
    }
    if (!option.defaults.empty() && isSetting)
    {
        item += "Default: " + Escape(fmt::format("{}", fmt::join(option.defaults, " "))) + ".\n";
    }
    if (option.scope == OptionScope::LIVE)
    {
        item += "Changed by a reload.\n";
    }
    return item;
}

} // namespace

std::string
ManualPage(const ProgramText& program, const OptionTable& table)
{
    std::string page = fmt::format(".TH {} 8 \"\" \"Sonda {}\" \"Sonda\"\n",
                                   Upper(program.name),
                                   program.version.substr(0, program.version.find(' ')));
    page += ".SH NAME\n" + Escape(program.name) + " \\- " + Escape(program.oneLine) + "\n";
    page += ".SH SYNOPSIS\n\\fB" + Escape(program.name) + "\\fR [\\fIOPTION\\fR]...\n";
    page += ".SH DESCRIPTION\n" + Escape(program.about) + "\n";
    page += ".SH OPTIONS\n";
    std::string heading;
    for (const Option& option : table.All())
    {
        if (option.heading != heading)
        {
            heading = option.heading;
            page += ".SS " + Escape(heading) + "\n";
        }
        page += OptionItem(option);
    }
    page += ".TP\n\\fB\\-\\-help\\fR, \\fB\\-\\-version\\fR\nPrint what the name says, and end.\n";
    page += ".SH CONFIGURATION FILE\n"
            "One JSON object, in which comments are allowed. Every option above but those of "
            "\\(lqGeneral\\(rq is a key, with underscores in place of hyphens:\n"
            "\\fB\\-\\-drain\\-timeout 10s\\fR is \\fB\"drain_timeout\": \"10s\"\\fR. Numbers and "
            "true or false have no quotes, options that may be repeated are lists of strings. "
            "Unknown keys are errors. Options override the file.\n";
    page += ".SH SIGNALS\n" + Escape(program.signals) + "\n";
    page += ".SH EXIT STATUS\n" + Escape(program.exits) + "\n";
    page += ".SH FILES\n\\fI" + Escape(program.fileName) + "\\fR\n";
    page += ".SH SEE ALSO\n" + Escape(program.seeAlso) + "\n";
    return page;
}

} // namespace sonda
