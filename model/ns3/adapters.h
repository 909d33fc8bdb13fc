#ifndef SONDA_MODEL_NS3_ADAPTERS_H
#define SONDA_MODEL_NS3_ADAPTERS_H

#include "model/base/random-stream.h"
#include "model/base/time.h"

#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/random-variable-stream.h"

#include <cstdint>
#include <string>

/** Between the model's notions of time, randomness and addresses and those of ns-3. */
namespace sonda::sim
{

/** \return the simulated time as the model sees it. */
Instant Now();

/** \return a simulated time as the model sees it. */
Instant ToInstant(ns3::Time time);

Duration ToDuration(ns3::Time time);

ns3::Time ToTime(Duration duration);

/** \return a time of that many seconds; ns3::Seconds() computes in 128 bits, which shows in a
 * profile. */
inline ns3::Time
TimeFromSeconds(double seconds)
{
    return ToTime(FromSeconds(seconds));
}

/** \return the delay from now to \p instant; 0 when it has passed, as ns-3 must never go back. */
ns3::Time DelayUntil(Instant instant);

/** \return the dotted quad. */
std::string ToText(ns3::Ipv4Address address);

/** Instead of the number of a first stream: ns-3 assigns the streams. */
constexpr std::int64_t AUTOMATIC_STREAMS = -1;

/** A random stream of the model drawn from an ns-3 stream. */
class StreamAdapter : public RandomStream
{
  public:
    StreamAdapter();

    double Uniform() override;

    /** \param stream ns-3 stream number \return 1, the number of streams used */
    std::int64_t AssignStreams(std::int64_t stream);

  private:
    ns3::Ptr<ns3::UniformRandomVariable> m_variable;
};

} // namespace sonda::sim

#endif
