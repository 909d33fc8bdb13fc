#ifndef SONDA_REALNET_ADMIN_LIVE_FIGURES_H
#define SONDA_REALNET_ADMIN_LIVE_FIGURES_H

#include "model/table/score-trace.h"
#include "realnet/admin/agent-times.h"
#include "realnet/balancer/balancer-witness.h"

#include <array>
#include <memory>
#include <vector>

namespace sonda
{

/** One pick, and whom the policy looked at for it. */
struct Decision
{
    /** Stands for an agent that is gone. */
    static constexpr AgentIndex GONE = ~AgentIndex(0);

    struct Look
    {
        AgentIndex agent;
        double score; //!< NaN: not known
    };

    Instant at{};
    AgentIndex agent{GONE};
    std::uint32_t candidates{0}; //!< that there were
    std::uint32_t looked{0};     //!< scores that the policy asked for
    bool indexed{false};         //!< it took the best from the index, without looking at others
    bool best{false};            //!< the picked agent's score was the best of those looked at
    std::uint8_t kept{0};        //!< entries of `looks` that are filled: the best ones
    std::array<Look, ScoreTrace::MOST_KEPT> looks{};
};

/** So many agents have metrics of their own, those with the least indices; others are summed up. */
constexpr AgentIndex MOST_AGENTS_WITH_SERIES = 256;

/** What agents have counted that are gone, so that a sum over agents never falls. */
struct AgentTotals
{
    std::uint64_t picks{0};
    std::uint64_t completions{0};
    std::uint64_t failures{0};
    std::uint64_t connectFailures{0};
    std::uint64_t endedEmpty{0};
    std::uint64_t reports{0};
    std::uint64_t agents{0}; //!< how many they were
};

/**
 * What the admin side shows beyond the table: the last decisions, and times per agent. A witness:
 * everything is called under the balancer's mutex, reading too (SharedBalancer::Inspect()), except
 * that an AgentTimes, once handed out, may be read by any thread.
 *
 * A decision costs a copy of at most 8 scores into a ring that never grows (docs/monitoring.md
 * tells the time measured), and no allocation.
 */
class LiveFigures : public BalancerWitness
{
  public:
    /** So many decisions are kept. */
    static constexpr std::size_t DECISIONS = 50;

    /** Must be handed to SharedBalancer::AddWitness() together with this object. */
    ScoreTrace&
    Trace()
    {
        return m_trace;
    }

    void OnDispatch(const Balancer& balancer,
                    std::optional<AgentIndex> agent,
                    Instant now) override;
    void OnConnected(AgentIndex agent, Duration time) override;
    void OnConnectFailed(AgentIndex agent, Instant now) override;
    void OnAbandoned(AgentIndex agent, Instant now) override;
    void OnCompleted(AgentIndex agent, Duration time, bool good, Instant now) override;
    void OnReported(const Balancer& balancer,
                    AgentIndex agent,
                    const Observation& observation,
                    Instant now) override;
    void OnDeparting(AgentIndex agent, const AgentStatus& status) override;
    void OnRemoved(AgentIndex agent) override;

    /** \return what agents without series of their own had counted when they left. */
    const AgentTotals&
    Departed() const
    {
        return m_departed;
    }

    /** \return the times of all agents without series of their own, also of those that left. */
    std::shared_ptr<const AgentTimes>
    OtherTimes() const
    {
        return m_otherTimes;
    }

    /** \return the last decisions, newest first. */
    std::vector<Decision> Decisions() const;

    /** \return the times of an agent that has reported. */
    std::shared_ptr<const AgentTimes> TimesOf(AgentIndex agent) const;

  private:
    ScoreTrace m_trace;
    std::array<Decision, DECISIONS> m_ring;
    std::uint64_t m_decided{0}; //!< the next one goes to this, modulo the size
    std::vector<std::shared_ptr<AgentTimes>> m_times; //!< by index
    /** Shared by all agents without series: thousands of histograms would be memory for nobody. */
    std::shared_ptr<AgentTimes> m_otherTimes;
    AgentTotals m_departed;
};

} // namespace sonda

#endif
