#ifndef SONDA_BENCH_PROXY_LOADS_H
#define SONDA_BENCH_PROXY_LOADS_H

#include "bench/proxy/sockets.h"

#include <nlohmann/json_fwd.hpp>

/**
 * The loads that bench-client makes. Each blocks until it is done and returns what it saw as an
 * object; the members are its own. `errors` counts connections that failed, ended early or brought
 * a wrong number of bytes, and `first_error` tells the first: then the other numbers are worthless.
 */
namespace sonda::bench
{

/** Errors of a run, told in its result. */
class Errors
{
  public:
    void Count(const std::string& what);
    void AddTo(nlohmann::ordered_json& result) const;

  private:
    std::uint64_t m_count{0};
    std::string m_first;
};

/**
 * Short connections, one after the other in each of some slots: connect, ask, read to the end,
 * compare the number of bytes.
 * \return connections, connections_per_s
 */
nlohmann::ordered_json ShortConnections(Route route, unsigned slots, double seconds);

/**
 * Streams from the server, each read to its end and begun anew until the time is over.
 * \param bytes of each \param seconds that are measured, after a fifth of it to get going
 * \return bytes (all), gbit_per_s (within the time)
 */
nlohmann::ordered_json Bulk(Route route, unsigned streams, std::uint64_t bytes, double seconds);

/**
 * Servers that speak first, one connection after the other: from connect() to the first byte.
 * \return median_ms, max_ms
 */
nlohmann::ordered_json FirstBytes(Route route, unsigned count);

/**
 * Requests at a fixed rate on kept connections, whatever the answers do. A latency counts from the
 * moment at which the request should have been sent, so that waiting is not left out where it is
 * longest. \return requests, p50_us, p99_us, max_us
 */
nlohmann::ordered_json OpenLoop(Route route, unsigned connections, double rate, double seconds);

/**
 * Connections that have carried one request each and then rest. Prints {"open": N} when they all
 * do; returns when standard input ends.
 */
void Rest(Route route, unsigned connections);

} // namespace sonda::bench

#endif
