#ifndef SONDA_REALNET_ADMIN_ADMIN_SERVICE_H
#define SONDA_REALNET_ADMIN_ADMIN_SERVICE_H

#include "realnet/admin/admin-server.h"
#include "realnet/admin/snapshot-taker.h"
#include "realnet/admin/window-history.h"
#include "realnet/balancer/companion.h"

#include <asio/steady_timer.hpp>

namespace sonda
{

/**
 * The control thread's side of the admin listener: takes a snapshot every PERIOD, closes windows of
 * one probe interval each (LEAST_WINDOW at least), and publishes both to the server's threads.
 */
class AdminService : public Companion
{
  public:
    /** Twice a second: quick enough to watch, and some 0.02 % of a core with 200 agents. */
    static constexpr Duration PERIOD = std::chrono::milliseconds(500);

    static constexpr Duration LEAST_WINDOW = std::chrono::milliseconds(200);

    struct Parts
    {
        std::unique_ptr<AdminServer> server;
        std::shared_ptr<const ProxyFacts> facts;
        const LiveFigures* figures{nullptr}; //!< must outlive the service
    };

    /** \param balancer must outlive the service */
    AdminService(Parts parts, const SharedBalancer& balancer);

    /** Begins to answer; seconds count from now. */
    void Start(asio::io_context& io, Ask ask) override;
    /** Hands the server the token that is in force from now on, or that there is none. */
    void OnReload(const ProxyConfiguration& next) override;
    void OnDrain() override;
    void Stop() override;

  private:
    void Publish();
    void WaitForTick();
    void Tick();

    std::optional<asio::steady_timer> m_timer;
    std::unique_ptr<AdminServer> m_server;
    std::shared_ptr<const ProxyFacts> m_facts;
    const SharedBalancer& m_balancer;
    const LiveFigures& m_figures;
    Ask m_ask;

    std::optional<SnapshotTaker> m_taker;
    WindowHistory m_history;
    Duration m_window{0};
    Instant m_start{};
    Instant m_windowEnd{};
    Instant m_nextTick{};
    std::uint64_t m_sequence{0};
};

} // namespace sonda

#endif
