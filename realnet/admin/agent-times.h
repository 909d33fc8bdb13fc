#ifndef SONDA_REALNET_ADMIN_AGENT_TIMES_H
#define SONDA_REALNET_ADMIN_AGENT_TIMES_H

#include <prometheus/histogram.h>

namespace sonda
{

/**
 * The times of one agent as Prometheus wants them: histograms with fixed buckets, in seconds. Any
 * thread; an observation and a reading each take the histogram's own mutex for a moment.
 */
struct AgentTimes
{
    /** What a LAN does within a millisecond, and the connect timeout, are both well inside. */
    static inline const prometheus::Histogram::BucketBoundaries
        NETWORK{50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 100e-3, 1, 5};

    /** From a short request to the default idle timeout. */
    static inline const prometheus::Histogram::BucketBoundaries
        CONNECTION{1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1, 5, 30, 120, 600};

    prometheus::Histogram connect{NETWORK};       //!< dispatch to the standing connection
    prometheus::Histogram connection{CONNECTION}; //!< dispatch to the end of the connection
    prometheus::Histogram probeRtt{NETWORK};      //!< hold time subtracted
};

} // namespace sonda

#endif
