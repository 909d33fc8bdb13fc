#ifndef SONDA_MODEL_SELECTION_PARAMETERS_H
#define SONDA_MODEL_SELECTION_PARAMETERS_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/** The numbers behind a policy's name, `prequal-pool:0.84:3`: described once, for everybody. */
namespace sonda
{

/** One number: what it is for and what it may be. Reading, lists and messages are made of it. */
struct Parameter
{
    std::string name; //!< a letter or a word, as in `sample:d`
    std::string what; //!< for messages, behind "needs" or "may have": "the number of candidates"
    double least;
    double most;
    double example; //!< a value that makes sense
    bool isWhole{false};
    std::optional<double> otherwise{}; //!< its value when it is left out; only at the end
};

/** \return how many proxies share the agents: 1 where it is left out. */
Parameter Proxies();

/** \return the finite decimal number that the whole text is, or nothing. */
std::optional<double> ParseNumber(std::string_view text);

/**
 * \param text numbers between colons; no value at all when nothing was given
 * \return one value for each parameter, or nothing when one is missing, not a number or out of its
 *         range, or when there are more
 */
std::optional<std::vector<double>> ParseParameters(std::optional<std::string_view> text,
                                                   const std::vector<Parameter>& parameters);

/** \return how they are written, for lists: ":q[:probes]"; empty without parameters. */
std::string SignatureOf(const std::vector<Parameter>& parameters);

/** \return numbers that are accepted: ":0.84". \param all also those that may be left out */
std::string ExampleOf(const std::vector<Parameter>& parameters, bool all);

/**
 * \param policy the policy's name
 * \return what its parameters must be: "needs the quantile above which an agent is hot, 0 to 1, as
 *         in 'prequal:0.84'"
 */
std::string NeedsOf(const std::string& policy, const std::vector<Parameter>& parameters);

} // namespace sonda

#endif
