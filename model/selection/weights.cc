#include "model/selection/weights.h"

#include <algorithm>
#include <cmath>

namespace sonda
{

namespace
{

/** Gathers the average of the weights that are there. */
class Average
{
  public:
    void
    Add(double weight)
    {
        ++m_count;
        // Not the sum, which of the largest weights would be infinite.
        m_mean += (weight - m_mean) / m_count;
    }

    double
    Get() const
    {
        return m_count == 0 ? 1 : m_mean;
    }

  private:
    double m_count{0};
    double m_mean{0};
};

} // namespace

std::optional<double>
WeightOf(double score, Sense sense)
{
    const double weight = sense == Sense::HIGHEST ? score : 1 / score;
    // Larger or smaller ones would make sums of them infinite, or be lost in these.
    const bool usable = weight >= 1e-100 && weight <= 1e100;
    return usable ? std::make_optional(weight) : std::nullopt;
}

std::size_t
Lottery::Draw(RandomStream& random) const
{
    const double ticket = random.Uniform() * m_upTo.back();
    const auto drawn = std::upper_bound(m_upTo.begin(), m_upTo.end(), ticket);
    // Rounding can make the ticket the total itself.
    const auto last = std::lower_bound(m_upTo.begin(), m_upTo.end(), m_upTo.back());
    return static_cast<std::size_t>(std::min(drawn, last) - m_upTo.begin());
}

void
Weights::Look(const View& view)
{
    if (view.IsSteady() && m_epoch == view.Epoch())
    {
        return;
    }
    m_epoch = view.Epoch();
    m_weights.clear();
    Average average;
    bool complete = true;
    for (const auto agent : view.Candidates())
    {
        const auto weight = WeightOf(view.Score(agent), view.GetSense());
        complete = complete && weight;
        m_weights.push_back(weight.value_or(0));
        if (weight)
        {
            average.Add(*weight);
        }
    }
    if (!complete)
    {
        std::replace(m_weights.begin(), m_weights.end(), 0.0, average.Get());
    }
    m_lottery.Clear();
    for (const double weight : m_weights)
    {
        m_lottery.Add(weight);
    }
}

double
AverageWeight(const View& view)
{
    Average average;
    for (const auto agent : view.Candidates())
    {
        if (const auto weight = WeightOf(view.Score(agent), view.GetSense()))
        {
            average.Add(*weight);
        }
    }
    return average.Get();
}

} // namespace sonda
