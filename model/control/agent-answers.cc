#include "model/control/agent.h"

#include <utility>

/** The part of Agent that answers and tells; agent.cc decides who is answered. */
namespace sonda
{

namespace
{

/**
 * Leaves out figures until the response fits: those first that fewest formulas look at. What is
 * not there is not known, as ever.
 */
std::string
EncodeWithin(ProbeResponse response, std::size_t room)
{
    Report& report = response.report;
    std::string text = Encode(response);
    const auto leaveOut = [&](auto& figure)
    {
        if (text.size() > room && figure)
        {
            figure.reset();
            text = Encode(response);
        }
    };
    leaveOut(report.rate);
    leaveOut(report.serviceTime);
    leaveOut(report.load1);
    leaveOut(report.cpu10s);
    leaveOut(report.ramTotal);
    leaveOut(report.cores);
    leaveOut(report.inFlight);
    return text;
}

} // namespace

std::optional<Instant>
Agent::NextReply() const
{
    return m_pending.NextDue();
}

std::optional<Reply>
Agent::TakeReply(Instant now)
{
    const auto pending = m_pending.TakeDue(now);
    if (!pending)
    {
        return std::nullopt;
    }
    ++m_replies;
    return Pack(MakeAnswer(*pending, now), pending->address, pending->port, pending->room);
}

ProbeResponse
Agent::MakeAnswer(const PendingRequest& request, Instant now) const
{
    ProbeResponse response;
    if (AnswersInBaseForm(request.nonce))
    {
        response.report.ram = request.report.ram;
        response.report.cpu = request.report.cpu;
        return response;
    }
    response.report = request.report;
    response.nonce = request.nonce;
    response.hold = now - request.arrived;
    response.id = m_options.id;
    return response;
}

Reply
Agent::Pack(ProbeResponse response,
            const std::string& address,
            std::uint16_t port,
            std::optional<std::size_t> room) const
{
    response.server = m_options.server;
    std::string pdu = room ? EncodeWithin(std::move(response), *room) : Encode(response);
    if (m_keyring)
    {
        pdu = m_keyring->Seal(Role::RESPONSE, m_options.server.address, pdu);
    }
    return Reply{std::move(pdu), address, port};
}

std::optional<Reply>
Agent::Notify(std::uint32_t before,
              std::uint32_t after,
              Instant now,
              const Report& report,
              RandomStream& random)
{
    Watcher* const watcher = m_watchers.Draw(before, after, now, random);
    if (watcher == nullptr)
    {
        return std::nullopt;
    }
    return MakeNotice(*watcher, now, report);
}

bool
Agent::WantsFalls(Instant now) const
{
    return m_watchers.WantsFalls(now);
}

Reply
Agent::MakeNotice(Watcher& watcher, Instant now, const Report& report)
{
    watcher.lastHold = HoldOf(watcher.arrived, now);
    ProbeResponse response;
    response.report = report;
    response.nonce = watcher.nonce;
    response.hold = watcher.lastHold;
    response.id = m_options.id;
    response.notice = true;
    ++m_notices;
    return Pack(std::move(response), watcher.address, watcher.port, std::nullopt);
}

std::vector<Reply>
Agent::Announce(Instant now, const Report& report)
{
    std::vector<Reply> notices;
    for (Watcher* const watcher : m_watchers.All(now))
    {
        notices.push_back(MakeNotice(*watcher, now, report));
    }
    return notices;
}

} // namespace sonda
