#ifndef SONDA_SCENARIOS_SIM_DISTRIBUTION_H
#define SONDA_SCENARIOS_SIM_DISTRIBUTION_H

#include "scenarios/sim/data-file.h"
#include "scenarios/sim/json-reader.h"
#include "scenarios/sim/random-variables.h"

#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <memory>
#include <string>

namespace sonda::sim
{

/** A number of a scenario that may be random (docs/design.md, section 6.1). */
struct Distribution
{
    enum class Kind
    {
        CONSTANT,    //!< always a
        EXPONENTIAL, //!< mean a
        UNIFORM,     //!< between a and b
        LOGNORMAL,   //!< mean a, coefficient of variation b
        PARETO,      //!< bounded: mean a, shape b, largest value c
        BIMODAL,     //!< a with probability c, else b
        EMPIRICAL,   //!< the values of a file
    };

    Kind kind{Kind::CONSTANT};
    double a{0};
    double b{0};
    double c{0};
    DataFile file{};                                //!< empirical
    std::shared_ptr<const WeightedValues> values{}; //!< bimodal and empirical

    static Distribution Constant(double value);
    static Distribution Exponential(double mean);
    static Distribution Uniform(double least, double most);

    /**
     * \param least \param most what every value must lie in; of exponential and lognormal, which
     *        take every value above 0, only the mean
     */
    static Distribution Read(JsonReader& reader, const std::string& key, double least, double most);

    /** \return the distribution as it is written in a scenario. */
    JsonReader::Json ToJson() const;

    /** \return the exact mean. */
    double Mean() const;

    /** \return a new ns-3 variable of this distribution with its values times \p scale. */
    ns3::Ptr<ns3::RandomVariableStream> MakeVariable(double scale) const;
};

/**
 * The smallest value of a bounded Pareto distribution, from its mean m, shape a and largest value
 * M. With r = L / M the mean is M a / (a - 1) (r - r^a) / (1 - r^a), in the limit M r ln(1 / r) /
 * (1 - r) for a = 1, which rises with r from 0 to M; so exactly one L below M yields m, and it is
 * found by bisection.
 *
 * \return L; 0 when no L that can be told from 0 yields this mean
 */
double ParetoMinimum(double mean, double shape, double most);

} // namespace sonda::sim

#endif
