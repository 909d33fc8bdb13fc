#include "realnet/agent/agent-service.h"
#include "realnet/common/clock.h"
#include "realnet/common/counters-json.h"

#include <nlohmann/json.hpp>

/** The part of AgentService that answers, and counts. */
namespace sonda
{

void
AgentService::LogNoReport(const char* what, const Error& error)
{
    if (const auto silenced = m_errorLog.Allow(Now()))
    {
        spdlog::error("{}: {}{}", what, error.message, Silenced(*silenced));
    }
}

/** Logs once that requests stay without answer, and once that this is over. */
void
AgentService::TellWhetherKnown(const std::string& why)
{
    if (why == m_whyNoFigures)
    {
        return;
    }
    m_whyNoFigures = why;
    if (why.empty())
    {
        spdlog::info("probe requests are answered again");
    }
    else
    {
        spdlog::error("probe requests are not answered (no-figures): {}", why);
    }
}

/** Connections of the server have ended. */
void
AgentService::TellFall(std::uint32_t before, std::uint32_t after)
{
    const Instant now = Now();
    const auto report = MakeReport(now); // with the count just made
    if (!report)
    {
        LogNoReport("notice not sent", report.GetError());
    }
    else if (const auto notice = m_agent.Notify(before, after, now, *report, m_random))
    {
        Send(*notice);
    }
    m_connections.Watch(m_agent.WantsFalls(now));
}

void
AgentService::Answer(DatagramPort& port, const Datagram& datagram)
{
    if (!m_sockets.CanSend())
    {
        return; // the log tells why
    }
    const auto figures = [this] { return MakeReport(Now()); };
    const auto refusal = m_agent.OnDatagram(datagram.bytes,
                                            datagram.address,
                                            datagram.port,
                                            datagram.arrival,
                                            figures,
                                            m_random);
    if (!refusal)
    {
        TellWhetherKnown("");
        spdlog::debug("probe request of {}:{}", datagram.address, datagram.port);
    }
    else if (refusal->reason == RefusalReason::NO_FIGURES)
    {
        TellWhetherKnown(refusal->detail);
    }
    else if (refusal->reason != RefusalReason::OTHER_SLICE) // which is as it should be
    {
        port.LogRefusal(*refusal, datagram);
    }
}

void
AgentService::SendReplies()
{
    while (const auto reply = m_agent.TakeReply(Now()))
    {
        Send(*reply);
    }
    WaitForReply();
}

void
AgentService::Send(const Reply& reply)
{
    const auto error = m_sockets.Send(reply.datagram, reply.address, reply.port);
    if (!error)
    {
        spdlog::debug("probe response to {}:{}", reply.address, reply.port);
        return;
    }
    ++m_sendErrors;
    if (const auto silenced = m_errorLog.Allow(Now()))
    {
        spdlog::warn("probe response not sent: {}{}", error->message, Silenced(*silenced));
    }
}

void
AgentService::WaitForReply()
{
    const auto due = m_agent.NextReply();
    if (!due)
    {
        return;
    }
    m_replyTimer.expires_after(*due - Now());
    m_replyTimer.async_wait(
        [this](const asio::error_code& error)
        {
            if (!error)
            {
                SendReplies();
            }
        });
}

void
AgentService::LogCounters() const
{
    nlohmann::ordered_json counters;
    counters["replies"] = m_agent.RepliesTaken();
    counters["notices"] = m_agent.NoticesTaken();
    counters["send_errors"] = m_sendErrors;
    counters["datagrams_dropped"] = m_sockets.Dropped();
    counters["refusals"] = ToJson(m_agent.Refusals());
    spdlog::info("counters {}", counters.dump());
}

} // namespace sonda
