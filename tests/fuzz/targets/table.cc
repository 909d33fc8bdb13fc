/** The status table, driven by bytes: its counts, lists and index agree with its agents at any
 * moment. */
#include "tests/fuzz/targets/check.h"
#include "tests/model/support/samples.h"

#include <algorithm>
#include <cmath>
#include <fuzzer/FuzzedDataProvider.h>
#include <vector>

using namespace sonda;
using namespace sonda::fuzz;

namespace
{

class World
{
  public:
    explicit World(FuzzedDataProvider& bytes)
        : m_bytes(bytes),
          m_table(test::MakeFormula(bytes.ConsumeBool() ? "min: ram" : "min: ram + inflight"),
                  TableTiming())
    {
    }

    void
    Run()
    {
        for (int step = 0; step < 300 && m_bytes.remaining_bytes() > 0; ++step)
        {
            Step(m_bytes.ConsumeIntegral<std::uint8_t>());
            Check();
        }
    }

  private:
    void
    Step(unsigned what)
    {
        switch (what % 8)
        {
        case 0:
        case 1:
            Report(what / 8);
            break;
        case 2:
            Pass(std::chrono::milliseconds(m_bytes.ConsumeIntegral<std::uint16_t>()));
            break;
        case 3:
            Pass(FromSeconds(2.5)); // meets the borders exactly
            break;
        case 4:
            if (const auto agent = One(m_table.Candidates(), what / 8))
            {
                m_table.OnDispatch(*agent, m_now);
                m_open.push_back(*agent);
            }
            break;
        case 5:
            End(what / 8);
            break;
        case 6:
            if (const auto agent = One(m_table.All(), what / 8))
            {
                m_table.SetDrained(*agent, what & 64, m_now);
            }
            break;
        default:
            Change(what / 8);
        }
    }

    void
    Report(unsigned number)
    {
        auto report = test::Observe(number % 12, m_bytes.ConsumeFloatingPoint<double>());
        const auto kind = m_bytes.ConsumeIntegral<std::uint8_t>();
        report.report.state = static_cast<ServerState>(kind % 3);
        report.server.port = kind & 4 ? 81 : 80;
        report.notice = kind & 8;
        report.hold = std::chrono::microseconds(kind & 16 ? 500 : 0);
        m_table.Advance(m_now);
        const std::size_t before = m_table.Size();
        const auto taken = m_table.Update(report, m_now);
        FUZZ_CHECK(m_table.Size() <= before + 1);
        FUZZ_CHECK(!taken || m_table.Find(report.id) == *taken);
    }

    void
    Pass(Duration time)
    {
        m_now += time;
        m_table.Advance(m_now);
        const auto next = m_table.NextExpiry();
        FUZZ_CHECK(!next || *next > m_now);
    }

    void
    End(unsigned how)
    {
        if (m_open.empty())
        {
            return;
        }
        const AgentIndex agent = m_open[how % m_open.size()];
        m_open.erase(std::find(m_open.begin(), m_open.end(), agent));
        switch (how % 4)
        {
        case 0:
            m_table.OnConnected(agent);
            m_table.OnCompletion(agent, std::chrono::milliseconds(how), how & 4, m_now);
            break;
        case 1:
            m_table.OnConnectFailure(agent, m_now);
            break;
        case 2:
            m_table.OnAbandon(agent, m_now);
            break;
        default:
            how & 4 ? m_table.OnEarlyReset(agent, m_now) : m_table.OnEmptyEnd(agent, m_now);
            m_table.OnCompletion(agent, std::chrono::milliseconds(how), false, m_now);
        }
    }

    void
    Change(unsigned how)
    {
        if (how % 3 == 0)
        {
            m_table.SetFormula(test::MakeFormula(how & 8 ? "max: cpu" : "min: ram * (1 + sent)"),
                               m_now);
        }
        else if (how % 3 == 1)
        {
            TableTiming timing;
            timing.interval = std::chrono::seconds(1 + how % 8);
            m_table.SetTiming(timing, m_now);
            m_table.Advance(m_now);
        }
        else
        {
            TableRules rules;
            rules.mostInFlight = how % 4;
            rules.panicBelow = how & 8 ? 0.5 : 0;
            rules.slowStart = std::chrono::seconds(how % 7);
            rules.earlyResetsToRest = how % 3;
            m_table.SetRules(rules, m_now);
        }
    }

    static std::optional<AgentIndex>
    One(const std::vector<AgentIndex>& of, unsigned which)
    {
        return of.empty() ? std::nullopt : std::optional(of[which % of.size()]);
    }

    void
    Check() const
    {
        std::uint64_t inFlight = 0;
        std::size_t candidates = 0;
        const auto all = m_table.All();
        FUZZ_CHECK(all.size() == m_table.Size() && std::is_sorted(all.begin(), all.end()));
        for (const AgentIndex agent : all)
        {
            const AgentStatus& status = m_table.Get(agent);
            FUZZ_CHECK(m_table.Find(status.id) == agent);
            inFlight += status.inFlight;
            candidates += status.isCandidate;
            const auto open = std::count(m_open.begin(), m_open.end(), agent);
            FUZZ_CHECK(status.inFlight == static_cast<std::uint32_t>(open));
            FUZZ_CHECK(status.dispatches >=
                       status.completions + status.failures + status.abandoned);
            FUZZ_CHECK(!status.isCandidate ||
                       (status.report.state == ServerState::READY && !status.drained));
            const double share = m_table.StartShare(agent, m_now);
            FUZZ_CHECK(share > 0 && share <= 1);
        }
        FUZZ_CHECK(inFlight == m_table.TotalInFlight() && inFlight == m_open.size());
        const auto& list = m_table.Candidates();
        FUZZ_CHECK(list.size() == candidates && std::is_sorted(list.begin(), list.end()));
        CheckBest(list);
    }

    /** The index has exactly the candidates that nobody is better than. */
    void
    CheckBest(const std::vector<AgentIndex>& list) const
    {
        if (!m_table.IsIndexed() || list.empty())
        {
            return;
        }
        const Formula& formula = m_table.GetFormula();
        double least = HUGE_VAL;
        for (const AgentIndex agent : list)
        {
            least = std::min(least, formula.Rank(m_table.Score(agent, m_now)));
        }
        std::vector<AgentIndex> best;
        std::copy_if(list.begin(),
                     list.end(),
                     std::back_inserter(best),
                     [&](AgentIndex agent)
                     { return formula.Rank(m_table.Score(agent, m_now)) == least; });
        FUZZ_CHECK(m_table.BestIndexed() == best);
    }

    FuzzedDataProvider& m_bytes;
    StatusTable m_table;
    Instant m_now{};
    std::vector<AgentIndex> m_open; //!< agents of connections in flight
};

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    FuzzedDataProvider bytes(data, size);
    World(bytes).Run();
    return 0;
}
