#ifndef SONDA_SCENARIOS_SIM_DISTRIBUTION_H
#define SONDA_SCENARIOS_SIM_DISTRIBUTION_H

#include "scenarios/sim/json-reader.h"

#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <string>

namespace sonda::sim
{

/**
 * A number of a scenario that may be random: 5, {"constant": 5}, {"exponential": mean} or
 * {"uniform": [a, b]}.
 */
struct Distribution
{
    enum class Kind
    {
        CONSTANT,    //!< always a
        EXPONENTIAL, //!< mean a
        UNIFORM,     //!< between a and b
    };

    Kind kind{Kind::CONSTANT};
    double a{0};
    double b{0};

    static Distribution Constant(double value);

    /** \param least \param most what every value must lie in; an exponential only from below */
    static Distribution Read(JsonReader& reader, const std::string& key, double least, double most);

    /** \return the distribution as it is written in a scenario. */
    JsonReader::Json ToJson() const;

    double Mean() const;

    /** \return a new ns-3 variable of this distribution with its values times \p scale. */
    ns3::Ptr<ns3::RandomVariableStream> MakeVariable(double scale) const;
};

} // namespace sonda::sim

#endif
