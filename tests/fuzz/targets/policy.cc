/** A policy's text, and what a balancer with it does when bytes drive it. */
#include "model/control/balancer.h"
#include "model/scoring/catalogue.h"
#include "tests/fuzz/targets/check.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <array>
#include <fuzzer/FuzzedDataProvider.h>
#include <vector>

using namespace sonda;
using namespace sonda::fuzz;

namespace
{

struct Connection
{
    AgentIndex agent;
    Instant since;
};

/** A proxy's life: reports, dispatches and their ends, time, other rules. */
class Life
{
  public:
    Life(Balancer& balancer, FuzzedDataProvider& bytes)
        : m_balancer(balancer),
          m_bytes(bytes),
          m_random(bytes.ConsumeIntegral<std::uint8_t>())
    {
    }

    void
    Run()
    {
        for (int step = 0; step < 400 && m_bytes.remaining_bytes() > 0; ++step)
        {
            Step(m_bytes.ConsumeIntegral<std::uint8_t>());
            Check();
        }
        while (!m_open.empty())
        {
            End(0);
            Check();
        }
    }

  private:
    void
    Step(unsigned what)
    {
        switch (what % 6)
        {
        case 0:
        {
            auto report = test::Observe(what / 6 % 8, m_bytes.ConsumeFloatingPoint<double>());
            report.report.state =
                static_cast<ServerState>(m_bytes.ConsumeIntegral<std::uint8_t>() % 3);
            report.report.inFlight = m_bytes.ConsumeIntegral<std::uint8_t>();
            report.report.weight = std::array{1.0, 5.0, 0.3, 1e6, 1e-6, 1.0}[what / 48];
            m_balancer.Advance(m_now);
            m_balancer.Update(report, m_now);
            break;
        }
        case 1:
        case 2:
            if (const auto agent = m_balancer.Dispatch(m_now, m_random))
            {
                FUZZ_CHECK(m_balancer.Table().Has(*agent));
                m_open.push_back({*agent, m_now});
                WantedProbes();
            }
            break;
        case 3:
            if (!m_open.empty())
            {
                End(what / 6);
            }
            break;
        case 4:
            m_now += std::chrono::milliseconds(m_bytes.ConsumeIntegral<std::uint16_t>());
            m_balancer.Advance(m_now);
            break;
        default:
        {
            TableRules rules;
            rules.mostInFlight = what / 6 % 4;
            rules.panicBelow = what % 16 < 8 ? 0.5 : 0;
            rules.slowStart = std::chrono::seconds(what % 32);
            rules.earlyResetsToRest = what % 4;
            m_balancer.SetRules(rules, m_now);
        }
        }
    }

    void
    End(unsigned how)
    {
        const std::size_t place = how % m_open.size();
        const Connection connection = m_open[place];
        m_open.erase(m_open.begin() + static_cast<std::ptrdiff_t>(place));
        switch (how % 4)
        {
        case 0:
            m_balancer.Connected(connection.agent);
            m_balancer.Ended(connection.agent,
                             Ending::Completed(m_now - connection.since, how % 8 < 4),
                             m_now);
            break;
        case 1:
            m_balancer.Ended(connection.agent, Ending::ConnectFailed(), m_now);
            break;
        case 2:
            m_balancer.Ended(connection.agent, Ending::Abandoned(), m_now);
            break;
        default:
            m_balancer.Ended(connection.agent,
                             Ending::Completed(m_now - connection.since, how % 8 < 4, true),
                             m_now);
        }
    }

    void
    WantedProbes()
    {
        std::vector<AgentIndex> wanted;
        m_balancer.WantedProbes(m_now, m_random, wanted);
        for (const AgentIndex agent : wanted)
        {
            FUZZ_CHECK(m_balancer.Table().Has(agent));
        }
    }

    void
    Check() const
    {
        const StatusTable& table = m_balancer.Table();
        FUZZ_CHECK(table.TotalInFlight() == m_open.size());
        for (const Connection& connection : m_open)
        {
            FUZZ_CHECK(table.Has(connection.agent)); // kept while it has connections
        }
        for (const AgentIndex agent : table.Candidates())
        {
            FUZZ_CHECK(table.Has(agent) && table.Get(agent).isCandidate);
        }
    }

    Balancer& m_balancer;
    FuzzedDataProvider& m_bytes;
    test::SeededStream m_random;
    Instant m_now{};
    std::vector<Connection> m_open;
};

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input = Text(data, size);
    const std::size_t end = std::min(input.find('\n'), size);
    const std::string text(input.substr(0, end));
    auto policy = MakePolicy(text, nullptr);
    FUZZ_CHECK(static_cast<bool>(policy) == !CheckPolicy(text, false).has_value());
    if (!policy)
    {
        CheckMessage(policy.GetError().message);
        return 0;
    }
    static const Catalogue catalogue = Catalogue::BuiltIn();
    auto formula = catalogue.Find(DefaultFormulaOf(text));
    FUZZ_CHECK(formula);
    Balancer balancer(std::move(*formula), std::move(*policy), TableTiming());
    FuzzedDataProvider bytes(data + end, size - end);
    Life(balancer, bytes).Run();
    return 0;
}
