#include "bench/proxy/answers.h"
#include "bench/proxy/loads.h"

#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace sonda::bench
{

namespace
{

constexpr Duration PATIENCE = std::chrono::seconds(30); //!< a stream that is silent so long is lost
constexpr std::size_t READ_AT_A_TIME = 1 << 20;

struct Stream
{
    Descriptor socket;
    std::uint64_t got{0};
};

class BulkLoad
{
  public:
    BulkLoad(Route route, unsigned streams, std::uint64_t bytes)
        : m_route(std::move(route)),
          m_bytes(bytes),
          m_streams(streams)
    {
    }

    nlohmann::ordered_json Run(double seconds);

  private:
    void Begin(std::size_t number);
    std::uint64_t Read(std::size_t number, bool isOver);

    Route m_route;
    std::uint64_t m_bytes;
    Poller m_poller;
    std::vector<Stream> m_streams;
    Errors m_errors;
    std::size_t m_open{0};
};

void
BulkLoad::Begin(std::size_t number)
{
    Stream& stream = m_streams[number];
    stream = {m_route.Connect(), 0};
    const std::string request =
        std::string(BULK_REQUEST) + std::to_string(m_bytes) + " HTTP/1.1\r\n\r\n";
    Must(static_cast<int>(send(stream.socket.Get(), request.data(), request.size(), MSG_NOSIGNAL)),
         "send");
    m_poller.Add(stream.socket.Get(), EPOLLIN, number);
    ++m_open;
}

/** \param isOver no stream begins anew \return bytes that came */
std::uint64_t
BulkLoad::Read(std::size_t number, bool isOver)
{
    Stream& stream = m_streams[number];
    // Counted and dropped by the kernel: copying would cost more than most proxies do.
    const ssize_t got =
        recv(stream.socket.Get(), nullptr, READ_AT_A_TIME, MSG_DONTWAIT | MSG_TRUNC);
    if (got > 0)
    {
        stream.got += static_cast<std::uint64_t>(got);
        return static_cast<std::uint64_t>(got);
    }
    if (got < 0 && WouldBlock())
    {
        return 0;
    }
    if (got < 0)
    {
        m_errors.Count(SystemError("recv").message);
    }
    if (stream.got != m_bytes)
    {
        m_errors.Count("a stream ended after " + std::to_string(stream.got) + " of " +
                       std::to_string(m_bytes) + " bytes");
    }
    stream.socket.Close();
    --m_open;
    if (!isOver)
    {
        Begin(number);
    }
    return 0;
}

nlohmann::ordered_json
BulkLoad::Run(double seconds)
{
    for (std::size_t i = 0; i < m_streams.size(); ++i)
    {
        Begin(i);
    }
    const Instant begin = Now() + FromSeconds(seconds / 5);
    const Instant end = begin + FromSeconds(seconds);
    std::uint64_t all = 0;
    std::uint64_t before = 0; // when the time begins
    std::uint64_t within = 0;
    while (m_open > 0)
    {
        const auto& events = m_poller.Wait(Now() + PATIENCE);
        if (events.empty())
        {
            m_errors.Count(std::to_string(m_open) + " streams fell silent");
            break;
        }
        for (const auto& event : events)
        {
            const Instant now = Now();
            all += Read(event.data.u64, now >= end);
            (now < begin ? before : within) = now < end ? all : within;
        }
    }
    nlohmann::ordered_json result;
    result["bytes"] = all;
    result["gbit_per_s"] = 8e-9 * static_cast<double>(within - before) / seconds;
    m_errors.AddTo(result);
    return result;
}

} // namespace

nlohmann::ordered_json
Bulk(Route route, unsigned streams, std::uint64_t bytes, double seconds)
{
    return BulkLoad(std::move(route), streams, bytes).Run(seconds);
}

} // namespace sonda::bench
