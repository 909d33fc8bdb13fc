#ifndef SONDA_SCENARIOS_SIM_RANDOM_VARIABLES_H
#define SONDA_SCENARIOS_SIM_RANDOM_VARIABLES_H

#include "ns3/random-variable-stream.h"

#include <cstdint>
#include <memory>
#include <vector>

/** Random variables that ns-3 lacks, or has in a form that does not serve here. */
namespace sonda::sim
{

/**
 * A Pareto variable between two ends: density proportional to x^(-shape - 1) on [Min, Max]. Each
 * value takes one uniform number (ns-3's own draws again and again until a value is below its
 * bound, which may take for ever when the ends are near).
 *
 * Attributes: Min, Max, Shape.
 */
class BoundedParetoRandomVariable : public ns3::RandomVariableStream
{
  public:
    static ns3::TypeId GetTypeId();

    double GetValue() override;
    std::uint32_t GetInteger() override;

  private:
    double m_min{1};
    double m_max{2};
    double m_shape{1.5};
};

/** Values with weights; shared by all variables that draw from them. */
class WeightedValues
{
  public:
    /**
     * \param values at least one
     * \param weights one for each value, at least 0 and one of them above 0; empty: all alike
     */
    WeightedValues(std::vector<double> values, const std::vector<double>& weights);

    /** \param uniform in [0, 1) \return the value whose share of the weights that is. */
    double Pick(double uniform) const;

    double
    Mean() const
    {
        return m_mean;
    }

  private:
    std::vector<double> m_values;
    std::vector<double> m_sums; //!< of weights up to and with each value; empty: all alike
    double m_mean{0};
};

/**
 * Draws from WeightedValues, one uniform number a value. ns-3's empirical variable keeps a map of
 * its own in each object, which thousands of clients cannot afford.
 */
class WeightedRandomVariable : public ns3::RandomVariableStream
{
  public:
    static ns3::TypeId GetTypeId();

    /** To be called before the first value. \param scale multiplies every value */
    void SetValues(std::shared_ptr<const WeightedValues> values, double scale);

    double GetValue() override;
    std::uint32_t GetInteger() override;

  private:
    std::shared_ptr<const WeightedValues> m_values;
    double m_scale{1};
};

} // namespace sonda::sim

#endif
