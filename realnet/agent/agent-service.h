#ifndef SONDA_REALNET_AGENT_AGENT_SERVICE_H
#define SONDA_REALNET_AGENT_AGENT_SERVICE_H

#include "model/control/agent.h"
#include "realnet/agent/agent-configuration.h"
#include "realnet/agent/agent-sockets.h"
#include "realnet/agent/load-sampler.h"
#include "realnet/agent/server-connections.h"
#include "realnet/common/log.h"
#include "realnet/common/random.h"
#include "realnet/common/reload-port.h"
#include "realnet/common/service-signals.h"
#include "realnet/common/watchdog.h"

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sonda
{

/**
 * Runs an Agent on real sockets: receives requests from the group, and those for itself where its
 * responses leave from, gives the agent the load figures and sends its replies when they are due;
 * tells it of connections that end while a monitor waits for that, and of another address when the
 * machine's changes. One thread; ends by SIGTERM or SIGINT.
 */
class AgentService
{
  public:
    /** What the service is built from. */
    struct Parts
    {
        CommandLine line; //!< read again by every reload
        AgentConfiguration configuration;
        std::uint64_t seed{0};
        Descriptor reloads{}; //!< of OpenReloadSocket()
    };

    /**
     * \param sampler has sampled twice already
     * \param serverGroup whose limits count
     * All of these must outlive the service.
     */
    AgentService(Parts parts,
                 const SystemFiles& files,
                 LoadSampler& sampler,
                 ServerGroup& serverGroup);

    /** Opens the sockets of the interfaces that are there. \return why that cannot be done */
    std::optional<Error>
    Open()
    {
        return m_sockets.Open();
    }

    /** Serves until a signal ends it. */
    void Run();

  private:
    void WaitForSample();
    void WaitForReply();
    void End(int signal);
    Problems Reload();
    Problems TryReload();
    void Announce(int times);
    Expected<Report> MakeReport(Instant now);
    void TellFall(std::uint32_t before, std::uint32_t after);
    void LogNoReport(const char* what, const Error& error);
    void TellWhetherKnown(const std::string& why);
    void Send(const Reply& reply);
    void LeaveAddress();
    void TakeAddress(const std::string& address);
    void Answer(DatagramPort& port, const Datagram& datagram);
    void SendReplies();
    void LogCounters() const;

    asio::io_context m_io;
    asio::steady_timer m_sampleTimer;
    asio::steady_timer m_replyTimer;
    asio::steady_timer m_announceTimer;
    ServiceSignals m_signals;
    Watchdog m_watchdog;
    ReloadPort m_reloads;

    CommandLine m_line;
    std::shared_ptr<const AgentReading> m_atStart; //!< what only a restart changes is in force here
    std::shared_ptr<const AgentReading> m_reading; //!< in force
    Agent m_agent;
    AgentSockets m_sockets;
    ServerConnections m_connections;
    LoadSampler& m_sampler;
    ServerGroup& m_group;
    std::string m_whyNoFigures;          //!< empty: requests are answered
    std::optional<Instant> m_lastSample; //!< that the timer knows of
    std::string m_sampleFault;           //!< of the last sample; empty: none
    SeededRandom m_random;
    LogLimiter m_errorLog;
    std::uint64_t m_sendErrors{0};
    bool m_ending{false};
};

/**
 * \param connections of the served port; nothing: not known
 * \return the figures of this moment, with that and what is configured
 */
Expected<Report> CurrentReport(LoadSampler& sampler,
                               std::optional<std::uint32_t> connections,
                               const AgentCommand& command,
                               Instant now);

} // namespace sonda

#endif
