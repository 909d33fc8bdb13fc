#ifndef SONDA_MODEL_SELECTION_PARAMETERS_H
#define SONDA_MODEL_SELECTION_PARAMETERS_H

#include <optional>
#include <string_view>
#include <vector>

/** How the numbers behind a policy's name are read: `prequal-pool:0.84:3`. */
namespace sonda
{

/** What one number may be. */
struct ParameterRange
{
    double least;
    double most;
    bool isWhole{false};
    std::optional<double> otherwise{}; //!< its value when it is left out; only at the end
};

/** \return the finite decimal number that the whole text is, or nothing. */
std::optional<double> ParseNumber(std::string_view text);

/**
 * \param text numbers between colons; no value at all when nothing was given
 * \return one value for each range, or nothing when one is missing, not a number or out of range,
 *         or when there are more
 */
std::optional<std::vector<double>> ParseParameters(std::optional<std::string_view> text,
                                                   const std::vector<ParameterRange>& ranges);

} // namespace sonda

#endif
