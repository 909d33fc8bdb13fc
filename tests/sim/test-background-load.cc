#include "scenarios/sim/background-load.h"
#include "tests/sim/scenario-json.h"

#include "ns3/simulator.h"

#include <deque>
#include <string>
#include <vector>

using namespace sonda;
using namespace sonda::sim;
using namespace sonda::sim::test;

namespace
{

/** Idle servers under a background load; what they report is the load. */
class Bench
{
  public:
    Bench(std::size_t count, const std::string& cpu, std::int64_t stream = 500)
        : m_load(Read(count, cpu), MakeServers(count))
    {
        m_used = m_load.AssignStreams(stream);
        m_load.Start();
    }

    ~Bench()
    {
        ns3::Simulator::Destroy();
    }

    /** \return used CPU by server, in percent, over the second that ends at each whole second. */
    std::vector<std::vector<double>>
    Run(int seconds)
    {
        std::vector<std::vector<double>> readings;
        for (int i = 1; i <= seconds; ++i)
        {
            ns3::Simulator::Schedule(ns3::Seconds(i + 1e-6),
                                     [&]()
                                     {
                                         readings.emplace_back();
                                         for (auto& server : m_servers)
                                         {
                                             readings.back().push_back(100 -
                                                                       server.MakeReport().cpu);
                                         }
                                     });
        }
        ns3::Simulator::Stop(ns3::Seconds(seconds + 0.5));
        ns3::Simulator::Run();
        return readings;
    }

    std::int64_t
    StreamsUsed() const
    {
        return m_used;
    }

  private:
    static BackgroundScenario
    Read(std::size_t count, const std::string& cpu)
    {
        Json json = With("/agents/0/background", R"({"cpu": )" + cpu + "}");
        json["agents"][0]["count"] = count;
        return Scenario::Read(json, "file.json").agents[0].background;
    }

    std::vector<ServerModel*>
    MakeServers(std::size_t count)
    {
        std::vector<ServerModel*> servers;
        for (std::size_t i = 0; i < count; ++i)
        {
            servers.push_back(
                &m_servers.emplace_back(ServerOptions(),
                                        ServerModel::Ended([](std::uint64_t, RequestEnd) {})));
        }
        return servers;
    }

    std::deque<ServerModel> m_servers;
    BackgroundLoad m_load;
    std::int64_t m_used{0};
};

bool
AllAlike(const std::vector<double>& values)
{
    for (const double value : values)
    {
        if (value != Approx(values.front()).margin(1e-9))
        {
            return false;
        }
    }
    return true;
}

} // namespace

TEST_CASE("a plain number loads every server always", "[background]")
{
    for (const auto& reading : Bench(3, "0.25").Run(5))
    {
        CHECK(AllAlike(reading));
        CHECK(reading.front() == Approx(25));
    }
}

TEST_CASE("on and off follow their lengths, off first", "[background]")
{
    Bench bench(2, R"({"on_off": {"level": 0.5, "on_s": 2, "off_s": 1.5}})");
    CHECK(bench.StreamsUsed() == 4);
    const std::vector<double> expected = {0, 25, 50, 25, 0, 50, 50};
    const auto readings = bench.Run(7);
    for (std::size_t i = 0; i < expected.size(); ++i)
    {
        CHECK(readings[i][0] == Approx(expected[i]).margin(1e-6));
        CHECK(AllAlike(readings[i]));
    }
}

TEST_CASE("shared load is the same everywhere, other load is not", "[background]")
{
    for (const std::string kind :
         {R"({"on_off": {"level": 0.5, "on_s": {"exponential": 3}, "off_s": {"exponential": 3})",
          R"({"redrawn": {"level": {"uniform": [0, 0.9]}, "every_s": {"exponential": 3})"})
    {
        int alike = 0;
        for (const auto& reading : Bench(4, kind + R"(, "shared": true}})").Run(60))
        {
            alike += AllAlike(reading) ? 1 : 0;
        }
        CHECK(alike == 60);
        int different = 0;
        for (const auto& reading : Bench(4, kind + "}}").Run(60))
        {
            different += AllAlike(reading) ? 0 : 1;
        }
        CHECK(different > 30);
    }
}

TEST_CASE("redrawn load has the mean of its levels", "[background][statistical]")
{
    // 20 servers for 400 redraws each: 8000 levels of standard deviation 0.26, so 5 errors are 1.5
    // %.
    double sum = 0;
    const auto readings =
        Bench(20, R"({"redrawn": {"level": {"uniform": [0, 0.9]}, "every_s": 1}})").Run(400);
    for (const auto& reading : readings)
    {
        for (const double used : reading)
        {
            sum += used;
        }
    }
    CHECK(sum / 8000 == Approx(45).margin(1.5));
}

TEST_CASE("antagonists sit on different servers and hop over all of them", "[background]")
{
    std::vector<double> sums(5, 0);
    const auto readings =
        Bench(5, R"({"antagonists": {"level": 0.8, "every_s": {"exponential": 2}, "count": 2}})")
            .Run(400);
    for (const auto& reading : readings)
    {
        double used = 0;
        for (std::size_t i = 0; i < reading.size(); ++i)
        {
            CHECK(reading[i] <= 80 + 1e-6);
            used += reading[i];
            sums[i] += reading[i];
        }
        CHECK(used == Approx(160));
    }
    for (const double sum : sums)
    {
        // Each server has one two fifths of the time; 400 s hold some 200 stays.
        CHECK(sum / 400 == Approx(32).margin(12));
    }
    for (const auto& reading :
         Bench(2, R"({"antagonists": {"level": 0.8, "every_s": 1, "count": 2}})").Run(5))
    {
        CHECK(reading[0] == Approx(80));
        CHECK(reading[1] == Approx(80));
    }
}
