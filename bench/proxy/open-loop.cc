#include "bench/proxy/answers.h"
#include "bench/proxy/loads.h"
#include "model/metrics/log-histogram.h"

#include <cmath>
#include <deque>
#include <nlohmann/json.hpp>
#include <sys/prctl.h>
#include <sys/socket.h>

namespace sonda::bench
{

namespace
{

constexpr Duration PATIENCE = std::chrono::seconds(5); //!< for the last answers

class OpenLoad
{
  public:
    OpenLoad(Route& route, unsigned connections, double rate);

    nlohmann::ordered_json Run(std::uint64_t requests);

  private:
    struct Connection
    {
        Descriptor socket;
        Instant due;
        std::size_t got{0};
    };

    Instant DueOf(std::uint64_t request) const;
    void Send();
    void Receive(std::size_t number);

    double m_rate;
    Poller m_poller;
    std::vector<Connection> m_connections;
    std::deque<std::size_t> m_free; //!< in the order in which their answers came
    LogHistogram m_latency;
    Errors m_errors;
    Instant m_start;
    std::uint64_t m_sent{0};
};

OpenLoad::OpenLoad(Route& route, unsigned connections, double rate)
    : m_rate(rate)
{
    // Sleeps last as long as they should, not 50 us longer.
    Must(prctl(PR_SET_TIMERSLACK, 1), "prctl");
    for (unsigned i = 0; i < connections; ++i)
    {
        m_connections.push_back({route.Connect(), {}, 0});
        m_poller.Add(m_connections.back().socket.Get(), EPOLLIN, i);
        m_free.push_back(i);
    }
}

Instant
OpenLoad::DueOf(std::uint64_t request) const
{
    return m_start + FromSeconds(static_cast<double>(request) / m_rate);
}

void
OpenLoad::Send()
{
    const std::size_t number = m_free.front();
    m_free.pop_front();
    Connection& connection = m_connections[number];
    connection.due = DueOf(m_sent++);
    connection.got = 0;
    const auto sent = send(connection.socket.Get(),
                           KEEP_ALIVE_REQUEST.data(),
                           KEEP_ALIVE_REQUEST.size(),
                           MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent != static_cast<ssize_t>(KEEP_ALIVE_REQUEST.size()))
    {
        Fail(SystemError("send"));
    }
}

void
OpenLoad::Receive(std::size_t number)
{
    Connection& connection = m_connections[number];
    char buffer[4096];
    const ssize_t got = recv(connection.socket.Get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && WouldBlock())
    {
        return;
    }
    if (got <= 0)
    {
        Fail(got == 0 ? Error{"a connection that is kept was closed"} : SystemError("recv"));
    }
    connection.got += static_cast<std::size_t>(got);
    if (connection.got > ANSWER_BYTES)
    {
        m_errors.Count("an answer of " + std::to_string(connection.got) + " bytes");
    }
    if (connection.got >= ANSWER_BYTES)
    {
        m_latency.Add(ToSeconds(Now() - connection.due));
        m_free.push_back(number);
    }
}

nlohmann::ordered_json
OpenLoad::Run(std::uint64_t requests)
{
    m_start = Now();
    const Instant last = DueOf(requests) + PATIENCE;
    while (m_latency.Count() < requests && Now() < last)
    {
        while (m_sent < requests && !m_free.empty() && Now() >= DueOf(m_sent))
        {
            Send();
        }
        const bool maySend = m_sent < requests && !m_free.empty();
        for (const auto& event : m_poller.Wait(maySend ? DueOf(m_sent) : last))
        {
            Receive(event.data.u64);
        }
    }
    if (m_latency.Count() < requests)
    {
        m_errors.Count(std::to_string(requests - m_latency.Count()) + " answers never came");
    }
    nlohmann::ordered_json result;
    result["requests"] = m_latency.Count();
    result["p50_us"] = 1e6 * m_latency.Quantile(0.5);
    result["p99_us"] = 1e6 * m_latency.Quantile(0.99);
    result["max_us"] = 1e6 * m_latency.Quantile(1);
    m_errors.AddTo(result);
    return result;
}

} // namespace

nlohmann::ordered_json
OpenLoop(Route route, unsigned connections, double rate, double seconds)
{
    return OpenLoad(route, connections, rate)
        .Run(static_cast<std::uint64_t>(std::ceil(rate * seconds)));
}

} // namespace sonda::bench
