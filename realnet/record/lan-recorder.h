#ifndef SONDA_REALNET_RECORD_LAN_RECORDER_H
#define SONDA_REALNET_RECORD_LAN_RECORDER_H

#include "model/metrics/result-files.h"
#include "model/metrics/run-recorder.h"
#include "realnet/balancer/companion.h"
#include "realnet/balancer/shared-balancer.h"
#include "realnet/record/record-folder.h"

#include <asio/steady_timer.hpp>
#include <optional>

namespace sonda
{

/**
 * Records what the proxy does in the result files of the simulator (docs/data-dictionary.md), from
 * the same code. A "request" is a client's connection, whatever number of agents it was dispatched
 * to, and its response time is from its acceptance to its end. Windows are written as they close;
 * the rest is bounded and written at the end.
 *
 * As a witness it is called under the balancer's mutex, as a companion by the control thread. At
 * the end of a window it holds the mutex for O(agents).
 */
class LanRecorder : public BalancerWitness, public Companion
{
  public:
    struct Parts
    {
        std::unique_ptr<RecordFolder> folder;
        nlohmann::ordered_json facts; //!< of run.json, but for what the end tells
        Duration window{0};
    };

    /** \param balancer must outlive the recorder */
    LanRecorder(Parts parts, const SharedBalancer& balancer);

    void OnDispatch(const Balancer& balancer,
                    std::optional<AgentIndex> agent,
                    Instant now) override;
    void OnConnected(AgentIndex agent, Duration time) override;
    void OnConnectFailed(AgentIndex agent, Instant now) override;
    void OnAbandoned(AgentIndex agent, Instant now) override;
    void OnCompleted(AgentIndex agent, Duration time, bool good, Instant now) override;
    bool
    WantsConnectionEnds() const override
    {
        return true;
    }

    void OnConnectionEnded(const ConnectionEnd& end) override;
    void OnReported(const Balancer& balancer,
                    AgentIndex agent,
                    const Observation& observation,
                    Instant now) override;
    void OnRemoved(AgentIndex agent) override;

    void Start(asio::io_context& io, Ask ask) override;
    void OnDrain() override;
    void Stop() override;

  private:
    void WaitForWindow();
    void CloseWindow(Instant end);
    void WriteRest(Instant end, ProxyState state);
    Metrics MoreMetrics(const ProxyState& state, Instant end) const;
    void Append(const std::string& name, const std::string& text);

    std::unique_ptr<RecordFolder> m_folder;
    nlohmann::ordered_json m_facts;
    RunRecorder m_run; //!< guarded by the balancer's mutex; agents join on the control thread
    const SharedBalancer& m_balancer;
    Ask m_ask;
    std::optional<asio::steady_timer> m_timer;
    Instant m_windowEnd;
    std::vector<std::uint32_t> m_rowOf; //!< in m_run, by index
    std::uint64_t m_abandoned{0};
    bool m_failed{false}; //!< a file could not be written; it was logged
};

} // namespace sonda

#endif
