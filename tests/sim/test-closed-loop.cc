#include "model/scoring/catalogue.h"
#include "scenarios/sim/world.h"
#include "tests/sim/scenario-json.h"

#include "ns3/rng-seed-manager.h"

#include <string>

using namespace sonda;
using namespace sonda::sim;
using namespace sonda::sim::test;

namespace
{

/**
 * \return the mean response time of a closed network of one server and clients that think, by mean
 *         value analysis (Reiser and Lavenberg 1980): with n clients it is the service time of the
 *         request and of those that an arrival finds, which are as many as with n - 1 clients.
 */
double
ClosedResponseTime(int clients, double thinkS, double serviceS)
{
    double present = 0;
    double response = 0;
    for (int n = 1; n <= clients; ++n)
    {
        response = serviceS * (1 + present);
        present = n * response / (response + thinkS);
    }
    return response;
}

} // namespace

TEST_CASE("closed-loop clients agree with mean value analysis", "[world][statistical]")
{
    for (const char* const discipline : {"fcfs", "processor-sharing"})
    {
        for (const int clients : {1, 5, 20})
        {
            INFO(discipline << ", " << clients << " clients");
            Json json = Json::parse(R"({
                "name": "closed", "warmup_s": 20, "duration_s": 4000, "fidelity": "event",
                "agents": [{"name": "server", "delay_ms": 0}],
                "workload": {"service_ms": {"exponential": 50}, "ram_mb": 0,
                             "arrivals": {"closed": {"think_ms": {"exponential": 200}}}}
            })");
            json["clients"] = {{"count", clients}, {"delay_ms", 0}};
            json["agents"][0]["discipline"] = discipline;
            ns3::RngSeedManager::SetSeed(1);
            ns3::RngSeedManager::SetRun(1);
            World world(Scenario::Read(json, "closed"),
                        std::move(*Catalogue::BuiltIn().Find("none")),
                        "random");
            world.Run();
            CHECK(world.Abandoned() == 0);
            // Some 16,000 requests and more, which busy periods of some ten make 1,600 and more:
            // the mean's error is below 1 % where service times vary as much as they last.
            const double expected = ClosedResponseTime(clients, 0.2, 0.05);
            const LogHistogram& times = world.Recorder().ResponseTimes();
            CHECK(times.Mean() == Approx(expected).epsilon(0.04));
            const double cycles = clients * 3980.0 / (expected + 0.2);
            CHECK(static_cast<double>(times.Count()) == Approx(cycles).epsilon(0.03));
        }
    }
}
