#include "scenarios/sim/random-variables.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/rng-stream.h"

#include <algorithm>
#include <cmath>

namespace sonda::sim
{

NS_OBJECT_ENSURE_REGISTERED(BoundedParetoRandomVariable);
NS_OBJECT_ENSURE_REGISTERED(WeightedRandomVariable);

ns3::TypeId
BoundedParetoRandomVariable::GetTypeId()
{
    static ns3::TypeId tid =
        ns3::TypeId("sonda::BoundedParetoRandomVariable")
            .SetParent<ns3::RandomVariableStream>()
            .SetGroupName("Sonda")
            .AddConstructor<BoundedParetoRandomVariable>()
            .AddAttribute("Min",
                          "The smallest value.",
                          ns3::DoubleValue(1),
                          ns3::MakeDoubleAccessor(&BoundedParetoRandomVariable::m_min),
                          ns3::MakeDoubleChecker<double>(0))
            .AddAttribute("Max",
                          "The largest value.",
                          ns3::DoubleValue(2),
                          ns3::MakeDoubleAccessor(&BoundedParetoRandomVariable::m_max),
                          ns3::MakeDoubleChecker<double>(0))
            .AddAttribute("Shape",
                          "The exponent; the smaller, the heavier the tail.",
                          ns3::DoubleValue(1.5),
                          ns3::MakeDoubleAccessor(&BoundedParetoRandomVariable::m_shape),
                          ns3::MakeDoubleChecker<double>(0));
    return tid;
}

double
BoundedParetoRandomVariable::GetValue()
{
    const double uniform = IsAntithetic() ? 1 - Peek()->RandU01() : Peek()->RandU01();
    // The inverse of F(x) = (1 - (min / x)^shape) / (1 - (min / max)^shape).
    const double tail = 1 - std::pow(m_min / m_max, m_shape);
    return m_min * std::pow(1 - uniform * tail, -1 / m_shape);
}

std::uint32_t
BoundedParetoRandomVariable::GetInteger()
{
    return static_cast<std::uint32_t>(GetValue());
}

WeightedValues::WeightedValues(std::vector<double> values, const std::vector<double>& weights)
    : m_values(std::move(values))
{
    double total = 0;
    double weighted = 0;
    for (std::size_t i = 0; i < m_values.size(); ++i)
    {
        const double weight = weights.empty() ? 1 : weights[i];
        total += weight;
        weighted += weight * m_values[i];
        if (!weights.empty())
        {
            m_sums.push_back(total);
        }
    }
    m_mean = weighted / total;
}

double
WeightedValues::Pick(double uniform) const
{
    if (m_sums.empty())
    {
        const auto place = static_cast<std::size_t>(uniform * static_cast<double>(m_values.size()));
        return m_values[std::min(place, m_values.size() - 1)];
    }
    // The first whose sum exceeds it: a weight of 0 is never met.
    const auto place =
        std::upper_bound(m_sums.begin(), std::prev(m_sums.end()), uniform * m_sums.back());
    return m_values[static_cast<std::size_t>(place - m_sums.begin())];
}

ns3::TypeId
WeightedRandomVariable::GetTypeId()
{
    static ns3::TypeId tid = ns3::TypeId("sonda::WeightedRandomVariable")
                                 .SetParent<ns3::RandomVariableStream>()
                                 .SetGroupName("Sonda")
                                 .AddConstructor<WeightedRandomVariable>();
    return tid;
}

void
WeightedRandomVariable::SetValues(std::shared_ptr<const WeightedValues> values, double scale)
{
    m_values = std::move(values);
    m_scale = scale;
}

double
WeightedRandomVariable::GetValue()
{
    NS_ABORT_MSG_IF(!m_values, "WeightedRandomVariable: SetValues() was not called");
    const double uniform = IsAntithetic() ? 1 - Peek()->RandU01() : Peek()->RandU01();
    return m_scale * m_values->Pick(uniform);
}

std::uint32_t
WeightedRandomVariable::GetInteger()
{
    return static_cast<std::uint32_t>(GetValue());
}

} // namespace sonda::sim
