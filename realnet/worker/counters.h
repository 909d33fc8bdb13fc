#ifndef SONDA_REALNET_WORKER_COUNTERS_H
#define SONDA_REALNET_WORKER_COUNTERS_H

#include <atomic>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace sonda
{

/** A counter that any thread may raise and read; it orders nothing. */
class Counter
{
  public:
    void
    Add(std::uint64_t n = 1)
    {
        m_value.fetch_add(n, std::memory_order_relaxed);
    }

    std::uint64_t
    Get() const
    {
        return m_value.load(std::memory_order_relaxed);
    }

  private:
    std::atomic<std::uint64_t> m_value{0};
};

/** What the workers count, per connection and never per byte. Any thread. */
struct ProxyCounters
{
    Counter accepted;           //!< connections taken from the backlog
    Counter completed;          //!< both directions ended
    Counter clientResets;       //!< the client's reset was passed on to the server
    Counter serverResets;       //!< and the other way round
    Counter clientsGone;        //!< the client left before there was a connection to a server
    Counter connectRefused;     //!< a server refused
    Counter connectTimedOut;    //!< a server did not answer within the connect timeout
    Counter noPort;             //!< no local port is left for another connection to that server
    Counter connectOther;       //!< a connect failed for another reason
    Counter retries;            //!< the next agent was tried after one of these, or an early reset
    Counter earlyResets;        //!< a server reset before it sent a byte
    Counter endedEmpty;         //!< a server ended before the client did, without a byte
    Counter waited;             //!< clients that had to wait for an agent
    Counter noAgent;            //!< of those, reset because none came in time
    Counter badGreetings;       //!< reset for want of a header of the PROXY protocol
    Counter noDescriptor;       //!< reset because no socket could be made
    Counter noMemory;           //!< refused or reset for want of memory
    Counter acceptPauses;       //!< accepting stopped for want of descriptors
    Counter vanished;           //!< a peer has stopped to acknowledge what it was sent
    Counter idleTimeouts;       //!< reset because nothing moved
    Counter halfClosedTimeouts; //!< the same while one direction had ended
    Counter reloads;            //!< configurations that were put in force
    Counter reloadFailures;     //!< configurations that were refused
    Counter cut;                //!< reset at the end of the drain timeout, or by a second SIGTERM
    Counter bytesToServers;
    Counter bytesToClients;
    Counter splicedBytes; //!< of those, the ones that were never copied

    /** \return an object with one key per counter. */
    nlohmann::ordered_json ToJson() const;
};

} // namespace sonda

#endif
