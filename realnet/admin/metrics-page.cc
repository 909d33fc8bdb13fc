#include "realnet/admin/metrics-page.h"

#include <memory>
#include <prometheus/text_serializer.h>
#include <set>
#include <utility>

namespace sonda
{

namespace
{

using prometheus::ClientMetric;

constexpr const char* OTHERS = "all others";

bool
HasSeries(const AgentRow& row)
{
    return row.index < MOST_AGENTS_IN_METRICS;
}

void
AddUp(ClientMetric::Histogram& sum, const ClientMetric::Histogram& more)
{
    sum.sample_count += more.sample_count;
    sum.sample_sum += more.sample_sum;
    sum.bucket.resize(more.bucket.size());
    for (std::size_t i = 0; i < more.bucket.size(); ++i)
    {
        sum.bucket[i].upper_bound = more.bucket[i].upper_bound;
        sum.bucket[i].cumulative_count += more.bucket[i].cumulative_count;
    }
}

} // namespace

MetricsPage::Family&
MetricsPage::Add(const std::string& name, const std::string& help, Type type)
{
    Family& family = m_families.emplace_back();
    family.name = "sonda_" + name;
    family.help = help;
    family.type = type;
    return family;
}

void
MetricsPage::Gauge(const std::string& name, const std::string& help, double value, Labels labels)
{
    Append(Add(name, help, Type::Gauge), std::move(labels), value);
}

void
MetricsPage::Append(Family& family, Labels labels, double value)
{
    ClientMetric& metric = family.metric.emplace_back();
    metric.label = std::move(labels);
    metric.gauge.value = family.type == Type::Gauge ? value : 0;
    metric.counter.value = family.type == Type::Counter ? value : 0;
}

void
MetricsPage::AgentGauge(const std::string& name,
                        const std::string& help,
                        const std::function<double(const AgentRow&)>& value)
{
    Family& family = Add("agent_" + name, help, Type::Gauge);
    for (const AgentRow& row : m_snapshot.agents)
    {
        if (HasSeries(row))
        {
            Append(family, {{"agent", row.id}}, value(row));
        }
    }
}

void
MetricsPage::AgentSum(const std::string& name,
                      const std::string& help,
                      Type type,
                      const std::function<double(const AgentRow&)>& value,
                      std::uint64_t departed)
{
    Family& family = Add("agent_" + name, help, type);
    double others = static_cast<double>(departed);
    bool hasOthers = m_snapshot.departed.agents > 0;
    for (const AgentRow& row : m_snapshot.agents)
    {
        if (HasSeries(row))
        {
            Append(family, {{"agent", row.id}}, value(row));
            continue;
        }
        others += value(row);
        hasOthers = true;
    }
    if (hasOthers)
    {
        Append(family, {{"agent", OTHERS}}, others);
    }
}

void
MetricsPage::AgentHistogram(const std::string& name,
                            const std::string& help,
                            prometheus::Histogram AgentTimes::*which)
{
    Family& family = Add("agent_" + name, help, Type::Histogram);
    ClientMetric others;
    // The others share theirs, and it outlives them.
    std::set<std::shared_ptr<const AgentTimes>> shared;
    if (m_snapshot.otherTimes)
    {
        shared.insert(m_snapshot.otherTimes);
    }
    for (const AgentRow& row : m_snapshot.agents)
    {
        if (!HasSeries(row))
        {
            shared.insert(row.times);
            continue;
        }
        ClientMetric metric = ((*row.times).*which).Collect();
        metric.label = {{"agent", row.id}};
        family.metric.push_back(std::move(metric));
    }
    for (const auto& times : shared)
    {
        AddUp(others.histogram, ((*times).*which).Collect().histogram);
    }
    if (!others.histogram.bucket.empty())
    {
        others.label = {{"agent", OTHERS}};
        family.metric.push_back(std::move(others));
    }
}

std::string
MetricsPage::Text() const
{
    return prometheus::TextSerializer().Serialize(m_families);
}

} // namespace sonda
