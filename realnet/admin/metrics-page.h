#ifndef SONDA_REALNET_ADMIN_METRICS_PAGE_H
#define SONDA_REALNET_ADMIN_METRICS_PAGE_H

#include "realnet/admin/snapshot.h"

#include <cstdint>
#include <functional>
#include <prometheus/metric_family.h>
#include <string>
#include <vector>

namespace sonda
{

constexpr std::size_t MOST_AGENTS_IN_METRICS = MOST_AGENTS_WITH_SERIES;

/**
 * Prometheus' families of metrics in the making, from a snapshot.
 *
 * The number of series is bounded: the agents with the lowest MOST_AGENTS_IN_METRICS indices, which
 * they keep for as long as they are known, have series of their own; the others are summed up under
 * the label `agent="all others"` (no agent can be called so: identities have no space).
 *
 * For one thread.
 */
class MetricsPage
{
  public:
    using Family = prometheus::MetricFamily;
    using Type = prometheus::MetricType;
    using Labels = std::vector<prometheus::ClientMetric::Label>;

    /** \param snapshot must outlive the page */
    explicit MetricsPage(const AdminSnapshot& snapshot)
        : m_snapshot(snapshot)
    {
    }

    /** \return a new family without values, "sonda_NAME"; valid until the next one is added */
    Family& Add(const std::string& name, const std::string& help, Type type);

    /** A family of one value. */
    void Gauge(const std::string& name, const std::string& help, double value, Labels labels = {});

    /** Gives a family of gauges or counters one more value. */
    static void Append(Family& family, Labels labels, double value);

    /** A gauge per agent, for those that have series of their own. */
    void AgentGauge(const std::string& name,
                    const std::string& help,
                    const std::function<double(const AgentRow&)>& value);

    /**
     * A value per agent that adds up; the others come as one sum, together with those that are
     * gone. \param departed of these
     */
    void AgentSum(const std::string& name,
                  const std::string& help,
                  Type type,
                  const std::function<double(const AgentRow&)>& value,
                  std::uint64_t departed);

    /** A histogram per agent; the others come as one. */
    void AgentHistogram(const std::string& name,
                        const std::string& help,
                        prometheus::Histogram AgentTimes::*which);

    /** \return all of it in Prometheus' text format. */
    std::string Text() const;

  private:
    const AdminSnapshot& m_snapshot;
    std::vector<Family> m_families;
};

} // namespace sonda

#endif
