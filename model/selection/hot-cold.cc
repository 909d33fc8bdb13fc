#include "model/selection/hot-cold.h"

#include <algorithm>
#include <cmath>

namespace sonda
{

Probed
ProbedOf(const AgentStatus& status, double score, const Formula& formula)
{
    return {LikelyInFlight(status), std::isnan(score) ? 0 : formula.Rank(score)};
}

HotColdRule::HotColdRule(double quantile)
    : m_quantile(quantile)
{
}

double
HotColdRule::Limit(const std::vector<Probed>& probed)
{
    m_inFlight.clear();
    for (const auto& one : probed)
    {
        m_inFlight.push_back(one.inFlight);
    }
    // The least value that a share of at least the quantile does not exceed.
    const auto count = static_cast<double>(probed.size());
    const auto place =
        static_cast<std::ptrdiff_t>(std::max(0.0, std::ceil(m_quantile * count) - 1));
    std::nth_element(m_inFlight.begin(), m_inFlight.begin() + place, m_inFlight.end());
    return m_inFlight[static_cast<std::size_t>(place)];
}

std::size_t
HotColdRule::Best(const std::vector<Probed>& probed, RandomStream& random)
{
    // Somebody is at the limit, and so is cold: the rule for when all are hot never applies.
    const double limit = Limit(probed);
    m_best.Restart();
    for (std::size_t i = 0; i < probed.size(); ++i)
    {
        if (probed[i].inFlight <= limit)
        {
            m_best.Offer(static_cast<AgentIndex>(i), probed[i].latency);
        }
    }
    return m_best.Draw(random).value();
}

std::size_t
HotColdRule::Worst(const std::vector<Probed>& probed)
{
    const double limit = Limit(probed);
    const auto hottest =
        std::max_element(probed.begin(),
                         probed.end(),
                         [](const auto& a, const auto& b) { return a.inFlight < b.inFlight; });
    const auto slowest =
        std::max_element(probed.begin(),
                         probed.end(),
                         [](const auto& a, const auto& b) { return a.latency < b.latency; });
    return static_cast<std::size_t>((hottest->inFlight > limit ? hottest : slowest) -
                                    probed.begin());
}

LinearRule::LinearRule(double lambda, double alpha)
    : m_lambda(lambda),
      m_alpha(alpha)
{
}

double
LinearRule::Cost(const Probed& probed) const
{
    // Nothing of an infinite latency is nothing.
    const double byLatency = m_lambda < 1 ? (1 - m_lambda) * probed.latency : 0;
    return byLatency + m_lambda * m_alpha * probed.inFlight;
}

std::size_t
LinearRule::Best(const std::vector<Probed>& probed, RandomStream& random)
{
    m_best.Restart();
    for (std::size_t i = 0; i < probed.size(); ++i)
    {
        m_best.Offer(static_cast<AgentIndex>(i), Cost(probed[i]));
    }
    return m_best.Draw(random).value();
}

std::size_t
LinearRule::Worst(const std::vector<Probed>& probed)
{
    const auto worst =
        std::max_element(probed.begin(),
                         probed.end(),
                         [this](const auto& a, const auto& b) { return Cost(a) < Cost(b); });
    return static_cast<std::size_t>(worst - probed.begin());
}

} // namespace sonda
