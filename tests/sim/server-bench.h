#ifndef SONDA_TESTS_SIM_SERVER_BENCH_H
#define SONDA_TESTS_SIM_SERVER_BENCH_H

#include "model/ns3/server-model.h"
#include "tests/catch.h"

#include "ns3/simulator.h"

#include <cstdint>
#include <map>
#include <utility>

/** What the tests of the server model share. */
namespace sonda::sim::test
{

/** A server, and when and how each of its requests ended. */
class Bench
{
  public:
    explicit Bench(const ServerOptions& options)
        : server(options, ns3::MakeCallback(&Bench::OnEnded, this))
    {
    }

    ~Bench()
    {
        ns3::Simulator::Destroy();
    }

    void
    SubmitAt(double seconds, std::uint64_t tag, double work)
    {
        ns3::Simulator::Schedule(ns3::Seconds(seconds), &ServerModel::Submit, &server, tag, work);
    }

    double
    EndOf(std::uint64_t tag) const
    {
        return ends.at(tag).first;
    }

    ServerModel server;
    std::map<std::uint64_t, std::pair<double, bool>> ends; //!< seconds, whether served
    std::map<std::uint64_t, RequestEnd> ways;

  private:
    void
    OnEnded(std::uint64_t tag, RequestEnd how)
    {
        REQUIRE(ends.count(tag) == 0);
        ends[tag] = {ns3::Simulator::Now().GetSeconds(), how == RequestEnd::SERVED};
        ways[tag] = how;
    }
};

inline ServerOptions
Plain(Discipline discipline, double cores = 1, double speed = 1)
{
    ServerOptions options;
    options.discipline = discipline;
    options.cores = cores;
    options.speed = speed;
    return options;
}

/** The clock counts whole nanoseconds. */
inline auto
Near(double seconds)
{
    return Approx(seconds).margin(5e-9);
}

} // namespace sonda::sim::test

#endif
