#include "realnet/balancer/health-checks.h"

#include "model/base/shown.h"
#include "model/protocol/ipv6.h"
#include "realnet/common/clock.h"
#include "realnet/common/log.h"

#include <algorithm>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <limits>

namespace sonda
{

Expected<StaticServer>
ParseStaticServer(const std::string& text)
{
    StaticServer server;
    const auto comma = text.find(',');
    const auto at = ParseAddressAndPort(text.substr(0, comma), false);
    if (!at || !at->address)
    {
        return Error{Quoted(text) +
                     " is no address with a port; write ADDRESS:PORT[,WEIGHT], for example " +
                     "10.0.0.7:80, [fd00::7]:80 or 10.0.0.7:80,2"};
    }
    server.at = {*at->address, at->port};
    if (!IsHostAddress(server.at.address))
    {
        return Error{Quoted(text) +
                     " names no single host: not the unspecified, a multicast or a reserved "
                     "address, nor a link-local IPv6 one, nor IPv4 in the guise of IPv6"};
    }
    if (comma != std::string::npos)
    {
        const auto weight = ParseReal(text.substr(comma + 1), 1e-6, 1e6);
        if (!weight)
        {
            return Error{"weight " + weight.GetError().message +
                         "; a server that shall get nothing is left out, or drained over HTTP"};
        }
        server.weight = *weight;
    }
    return server;
}

/**
 * The checks of one server, one after the other. Handlers hold it weakly: one that is queued
 * already when the check is dropped finds nothing.
 */
class HealthChecks::Check : public std::enable_shared_from_this<HealthChecks::Check>
{
  public:
    Check(HealthChecks& owner, StaticServer server, const Settings& settings)
        : m_owner(owner),
          m_server(std::move(server)),
          m_interval(settings.interval),
          m_timeout(settings.timeout),
          m_protocol(settings.proxyProtocol),
          m_socket(owner.m_io),
          m_timer(owner.m_io)
    {
    }

    const StaticServer&
    Server() const
    {
        return m_server;
    }

    void
    Start()
    {
        m_began = Now();
        m_isOpen = true;
        m_timer.expires_after(m_timeout);
        m_timer.async_wait(
            [weak = weak_from_this()](const asio::error_code& error)
            {
                const auto self = weak.lock();
                if (self && !error && self->m_isOpen)
                {
                    self->End(asio::error::timed_out);
                }
            });
        m_socket.async_connect({asio::ip::make_address(m_server.at.address), m_server.at.port},
                               [weak = weak_from_this()](const asio::error_code& error)
                               {
                                   const auto self = weak.lock();
                                   if (self && self->m_isOpen) // else it has timed out
                                   {
                                       self->End(error);
                                   }
                               });
    }

  private:
    void
    End(const asio::error_code& error)
    {
        m_isOpen = false;
        Leave(!error);
        if (error && m_wasGood)
        {
            spdlog::warn("health check of {}: {}", ToString(m_server.at), error.message());
        }
        m_wasGood = !error;
        m_timer.expires_after(std::max(Duration::zero(), m_began + m_interval - Now()));
        m_timer.async_wait(
            [weak = weak_from_this()](const asio::error_code& stopped)
            {
                const auto self = weak.lock();
                if (self && !stopped)
                {
                    self->Start();
                }
            });
        m_owner.Report(m_server, error ? ServerState::DOWN : ServerState::READY, Now() - m_began);
    }

    void
    Leave(bool isConnected)
    {
        asio::error_code ignored;
        if (isConnected && m_protocol != ProxyProtocol::OFF)
        {
            // A server that waits for a header takes a reset for a fault of its client. The empty
            // buffer of a new connection takes it at once.
            m_socket.write_some(asio::buffer(MakeOwnHeader(m_protocol)), ignored);
        }
        else
        {
            // Nobody must wait for the rest of a connection that was only a question.
            m_socket.set_option(asio::socket_base::linger(true, 0), ignored);
        }
        m_socket.close(ignored);
    }

    HealthChecks& m_owner;
    StaticServer m_server;
    Duration m_interval;
    Duration m_timeout;
    ProxyProtocol m_protocol;
    asio::ip::tcp::socket m_socket;
    asio::steady_timer m_timer; //!< of the timeout, then of the next check
    Instant m_began{};
    bool m_isOpen{false};
    bool m_wasGood{true};
};

HealthChecks::HealthChecks(asio::io_context& io,
                           SharedBalancer& balancer,
                           std::function<void()> onUpdate)
    : m_io(io),
      m_balancer(balancer),
      m_onUpdate(std::move(onUpdate))
{
}

HealthChecks::~HealthChecks() = default;

void
HealthChecks::Configure(const Settings& settings)
{
    for (const auto& check : m_checks)
    {
        const auto isIt = [&](const StaticServer& s) { return s.at == check->Server().at; };
        if (std::none_of(settings.servers.begin(), settings.servers.end(), isIt))
        {
            Report(check->Server(), ServerState::DOWN, Duration::zero());
        }
    }
    m_checks.clear();
    for (const StaticServer& server : settings.servers)
    {
        m_checks.push_back(std::make_shared<Check>(*this, server, settings));
        m_checks.back()->Start();
    }
}

void
HealthChecks::Report(const StaticServer& server, ServerState state, Duration elapsed)
{
    Observation observation;
    observation.id = ToString(server.at);
    observation.server = server.at;
    observation.report.ram = std::numeric_limits<double>::quiet_NaN();
    observation.report.cpu = std::numeric_limits<double>::quiet_NaN();
    observation.report.weight = server.weight;
    observation.report.state = state;
    observation.elapsed = elapsed;
    observation.holdKnown = true;
    observation.origin = Origin::STATIC;
    const auto agent = m_balancer.Update(observation);
    // An agent that speaks for the server knows more; the check begins to count when it is dead.
    if (!agent && agent.GetError().reason != RefusalReason::SERVER_CONFLICT)
    {
        if (const auto silenced = m_refusalLog.Allow(Now()))
        {
            spdlog::warn("server {}: {}: {}{}",
                         observation.id,
                         ToString(agent.GetError().reason),
                         agent.GetError().detail,
                         Silenced(*silenced));
        }
    }
    m_onUpdate();
}

} // namespace sonda
