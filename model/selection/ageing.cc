#include "model/selection/ageing.h"

#include "model/selection/parameters.h"

#include <cmath>

namespace sonda
{

namespace
{

struct Name
{
    std::string_view text;
    AgeRule::Kind kind;
};

constexpr Name NAMES[] = {{"cut-off", AgeRule::Kind::CUT_OFF},
                          {"decay", AgeRule::Kind::DECAY},
                          {"penalty", AgeRule::Kind::PENALTY}};

/** 11 days; no report is believed that long, and it fits a Duration. */
constexpr double MOST_SECONDS = 1e6;

/** Worse by the factor, whatever the sign: less than nothing would else become better. */
double
Worsen(double score, Sense sense, double factor)
{
    const bool outward = (score > 0) == (sense == Sense::LOWEST);
    return outward ? score * factor : score / factor;
}

} // namespace

Expected<AgeRule>
AgeRule::Parse(std::string_view text)
{
    const auto colon = text.find(':');
    const auto name = text.substr(0, colon);
    for (const auto& known : NAMES)
    {
        if (name != known.text || colon == std::string_view::npos)
        {
            continue;
        }
        const auto seconds = ParseNumber(text.substr(colon + 1));
        if (seconds && *seconds > 0 && *seconds <= MOST_SECONDS)
        {
            return AgeRule{known.kind, *seconds};
        }
    }
    return Error{
        "after @ stands what is done about old reports: cut-off:SECONDS, decay:SECONDS or "
        "penalty:SECONDS, with a number above 0 and up to 1000000, as in 'best@cut-off:10'"};
}

double
AgeRule::Apply(double score, Sense sense, double age, double median) const
{
    switch (kind)
    {
    case Kind::NONE:
    case Kind::CUT_OFF:
        break;
    case Kind::DECAY:
        return median + (score - median) * std::exp(-age / seconds);
    case Kind::PENALTY:
        return Worsen(score, sense, 1 + age / seconds);
    }
    return score;
}

} // namespace sonda
