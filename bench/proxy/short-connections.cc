#include "bench/proxy/answers.h"
#include "bench/proxy/loads.h"

#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace sonda::bench
{

namespace
{

/** What is under way at the end may take so long before it is an error. */
constexpr Duration PATIENCE = std::chrono::seconds(5);

class ShortLoad
{
  public:
    ShortLoad(Route route, unsigned slots)
        : m_route(std::move(route)),
          m_slots(slots)
    {
    }

    nlohmann::ordered_json Run(double seconds);

  private:
    struct Slot
    {
        Descriptor socket;
        bool asked{false};
        std::size_t got{0};
    };

    void Begin(std::size_t number);
    bool Proceed(Slot& slot);
    void End(std::size_t number, bool good);

    Route m_route;
    Poller m_poller;
    std::vector<Slot> m_slots;
    Errors m_errors;
    Instant m_end;
    std::size_t m_underWay{0};
    std::uint64_t m_connections{0};
    std::uint64_t m_inTime{0};
};

nlohmann::ordered_json
ShortLoad::Run(double seconds)
{
    m_end = Now() + FromSeconds(seconds);
    for (std::size_t i = 0; i < m_slots.size(); ++i)
    {
        Begin(i);
    }
    while (m_underWay > 0 && Now() < m_end + PATIENCE)
    {
        for (const auto& event : m_poller.Wait(m_end + PATIENCE))
        {
            const std::size_t number = event.data.u64;
            if (!Proceed(m_slots[number]))
            {
                End(number, m_slots[number].got == ANSWER_BYTES);
            }
        }
    }
    if (m_underWay > 0)
    {
        m_errors.Count(std::to_string(m_underWay) + " connections never ended");
    }
    nlohmann::ordered_json result;
    result["connections"] = m_connections;
    result["connections_per_s"] = static_cast<double>(m_inTime) / seconds;
    m_errors.AddTo(result);
    return result;
}

void
ShortLoad::Begin(std::size_t number)
{
    auto socket = m_route.Start();
    if (!socket)
    {
        m_errors.Count(socket.GetError().message);
        return; // this slot is lost: the run is worthless anyway
    }
    m_slots[number] = {std::move(*socket), false, 0};
    m_poller.Add(m_slots[number].socket.Get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, number);
    ++m_underWay;
}

/** \return whether the connection goes on. */
bool
ShortLoad::Proceed(Slot& slot)
{
    if (!slot.asked)
    {
        const auto sent =
            send(slot.socket.Get(), CLOSING_REQUEST.data(), CLOSING_REQUEST.size(), MSG_NOSIGNAL);
        if (sent < 0 && WouldBlock())
        {
            return true; // not connected yet
        }
        if (sent != static_cast<ssize_t>(CLOSING_REQUEST.size()))
        {
            m_errors.Count(SystemError("send").message);
            return false;
        }
        slot.asked = true;
    }
    char buffer[4096];
    while (true)
    {
        const ssize_t got = recv(slot.socket.Get(), buffer, sizeof buffer, 0);
        if (got < 0 && WouldBlock())
        {
            return true;
        }
        if (got < 0)
        {
            m_errors.Count(SystemError("recv").message);
        }
        if (got <= 0)
        {
            return false;
        }
        slot.got += static_cast<std::size_t>(got);
    }
}

void
ShortLoad::End(std::size_t number, bool good)
{
    if (!good)
    {
        m_errors.Count("a connection ended after " + std::to_string(m_slots[number].got) + " of " +
                       std::to_string(ANSWER_BYTES) + " bytes");
    }
    --m_underWay;
    ++m_connections;
    m_slots[number].socket.Close();
    if (Now() < m_end)
    {
        ++m_inTime;
        Begin(number);
    }
}

} // namespace

nlohmann::ordered_json
ShortConnections(Route route, unsigned slots, double seconds)
{
    return ShortLoad(std::move(route), slots).Run(seconds);
}

} // namespace sonda::bench
