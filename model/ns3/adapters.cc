#include "model/ns3/adapters.h"

#include "ns3/simulator.h"

#include <algorithm>

namespace sonda::sim
{

Instant
Now()
{
    return ToInstant(ns3::Simulator::Now());
}

Instant
ToInstant(ns3::Time time)
{
    return Instant(ToDuration(time));
}

Duration
ToDuration(ns3::Time time)
{
    return Duration(time.GetNanoSeconds());
}

ns3::Time
ToTime(Duration duration)
{
    return ns3::NanoSeconds(duration.count());
}

ns3::Time
DelayUntil(Instant instant)
{
    return ToTime(std::max(instant - Now(), Duration(0)));
}

std::string
ToText(ns3::Ipv4Address address)
{
    const std::uint32_t bytes = address.Get();
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8)
    {
        text += std::to_string((bytes >> shift) & 0xFF);
        text += shift == 0 ? "" : ".";
    }
    return text;
}

StreamAdapter::StreamAdapter()
    : m_variable(ns3::CreateObject<ns3::UniformRandomVariable>())
{
}

double
StreamAdapter::Uniform()
{
    return m_variable->GetValue(0, 1);
}

std::int64_t
StreamAdapter::AssignStreams(std::int64_t stream)
{
    m_variable->SetStream(stream);
    return 1;
}

} // namespace sonda::sim
