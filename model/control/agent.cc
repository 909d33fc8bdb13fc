#include "model/control/agent.h"

#include <algorithm>
#include <utility>

namespace sonda
{

namespace
{

/** Two monitors at the shortest sensible interval stay apart for a minute. */
constexpr std::size_t REMEMBERED_NONCES = 256;

/** \return the time since a request's arrival as a response states it. */
Duration
HoldOf(Instant arrived, Instant now)
{
    return std::chrono::floor<std::chrono::microseconds>(now - arrived);
}

} // namespace

Agent::Agent(AgentOptions options, std::optional<Keyring> keyring)
    : m_options(std::move(options)),
      m_keyring(std::move(keyring))
{
}

std::optional<Refusal>
Agent::OnDatagram(std::string_view datagram,
                  const std::string& address,
                  std::uint16_t port,
                  Instant now,
                  const TakeFigures& figures,
                  RandomStream& random)
{
    if (m_keyring)
    {
        if (auto refusal = m_keyring->Check(Role::REQUEST, address, datagram))
        {
            m_refusals.Count(refusal->reason);
            return refusal;
        }
    }
    return OnRequest(DecodeRequest(datagram), address, port, now, figures, random);
}

std::optional<Refusal>
Agent::OnRequest(const Expected<ProbeRequest, Refusal>& request,
                 const std::string& address,
                 std::uint16_t port,
                 Instant now,
                 const TakeFigures& figures,
                 RandomStream& random)
{
    auto refusal = request ? Accept(*request, address, port, now, figures, random)
                           : std::make_optional(request.GetError());
    if (refusal)
    {
        m_refusals.Count(refusal->reason);
    }
    return refusal;
}

std::optional<Refusal>
Agent::Accept(const ProbeRequest& request,
              const std::string& address,
              std::uint16_t port,
              Instant now,
              const TakeFigures& figures,
              RandomStream& random)
{
    if (request.slice && HashId(m_options.id) % request.slice->modulus != request.slice->residue)
    {
        return Refusal{RefusalReason::OTHER_SLICE, ""};
    }
    if (m_pending.size() >= m_options.mostPending)
    {
        return Refusal{RefusalReason::BUSY, std::to_string(m_pending.size()) + " requests wait"};
    }
    if (request.nonce && !Remember(*request.nonce))
    {
        return Refusal{RefusalReason::DUPLICATE_REQUEST, *request.nonce};
    }
    Expected<Report> report = figures();
    if (!report)
    {
        return Refusal{RefusalReason::NO_FIGURES, report.GetError().message};
    }
    Watch(request, address, port, now);
    const Duration window = request.windowMs
                                ? Duration(std::chrono::milliseconds(*request.windowMs))
                                : m_options.defaultWindow;
    // Nothing is drawn for no window, so that single probes leave the waits of the rounds alone.
    const Duration wait = window > Duration::zero()
                              ? FromSeconds(ToSeconds(window) * random.Uniform())
                              : Duration::zero();
    m_pending.insert(Pending{now + wait, now, address, port, request.nonce, std::move(*report)});
    return std::nullopt;
}

bool
Agent::Remember(const std::string& nonce)
{
    if (!m_seen.insert(nonce).second)
    {
        return false;
    }
    m_seenOrder.push_back(nonce);
    if (m_seenOrder.size() > REMEMBERED_NONCES)
    {
        m_seen.erase(m_seenOrder.front());
        m_seenOrder.pop_front();
    }
    return true;
}

std::optional<Instant>
Agent::NextReply() const
{
    if (m_pending.empty())
    {
        return std::nullopt;
    }
    return m_pending.begin()->due;
}

std::optional<Reply>
Agent::TakeReply(Instant now)
{
    if (m_pending.empty() || m_pending.begin()->due > now)
    {
        return std::nullopt;
    }
    const Pending pending = std::move(m_pending.extract(m_pending.begin()).value());
    ProbeResponse response;
    if (m_options.baseForm)
    {
        response.report.ram = pending.report.ram;
        response.report.cpu = pending.report.cpu;
    }
    else
    {
        response.report = pending.report;
        response.nonce = pending.nonce;
        response.hold = now - pending.arrived;
        response.id = m_options.id;
    }
    ++m_replies;
    return Pack(std::move(response), pending.address, pending.port);
}

Reply
Agent::Pack(ProbeResponse response, const std::string& address, std::uint16_t port) const
{
    response.server = m_options.server;
    std::string pdu = Encode(response);
    if (m_keyring)
    {
        pdu = m_keyring->Seal(Role::RESPONSE, m_options.server.address, pdu);
    }
    return Reply{std::move(pdu), address, port};
}

void
Agent::Watch(const ProbeRequest& request,
             const std::string& address,
             std::uint16_t port,
             Instant now)
{
    const auto known =
        std::find_if(m_watchers.begin(),
                     m_watchers.end(),
                     [&](const auto& w) { return w.port == port && w.address == address; });
    if (known != m_watchers.end())
    {
        m_watchers.erase(known);
    }
    // Without a nonce, or in the base form, there are no words for a notice.
    if (!request.nonce || m_options.baseForm)
    {
        return;
    }
    if (m_watchers.size() >= m_options.mostWatchers)
    {
        m_watchers.erase(m_watchers.begin());
    }
    m_watchers.push_back(Watcher{address, port, *request.nonce, request.below, now});
}

std::optional<Reply>
Agent::Notify(std::uint32_t before,
              std::uint32_t after,
              Instant now,
              const Report& report,
              RandomStream& random)
{
    Watcher* const watcher = DrawWatcher(before, after, now, random);
    if (watcher == nullptr)
    {
        return std::nullopt;
    }
    return MakeNotice(*watcher, now, report);
}

bool
Agent::WantsFalls(Instant now) const
{
    return std::any_of(m_watchers.begin(),
                       m_watchers.end(),
                       [&](const auto& w)
                       { return w.below && HoldOf(w.arrived, now) <= MAX_HOLD; });
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
    return Pack(std::move(response), watcher.address, watcher.port);
}

std::vector<Reply>
Agent::Announce(Instant now, const Report& report)
{
    ForgetWatchers(now);
    std::vector<Reply> notices;
    for (Watcher& watcher : m_watchers)
    {
        if (HoldOf(watcher.arrived, now) > watcher.lastHold)
        {
            notices.push_back(MakeNotice(watcher, now, report));
        }
    }
    return notices;
}

void
Agent::ForgetWatchers(Instant now)
{
    // They stand in the order of their requests, so the ones to forget stand together.
    const auto kept =
        std::find_if(m_watchers.begin(),
                     m_watchers.end(),
                     [&](const auto& w) { return HoldOf(w.arrived, now) <= MAX_HOLD; });
    m_watchers.erase(m_watchers.begin(), kept);
}

Agent::Watcher*
Agent::DrawWatcher(std::uint32_t before, std::uint32_t after, Instant now, RandomStream& random)
{
    ForgetWatchers(now);
    const auto waits = [&](const Watcher& w)
    {
        return w.below && after < *w.below && *w.below <= before &&
               HoldOf(w.arrived, now) > w.lastHold;
    };
    const auto waiting = std::count_if(m_watchers.begin(), m_watchers.end(), waits);
    if (waiting == 0)
    {
        return nullptr;
    }
    auto drawn = waiting == 1 ? 0 : random.Below(static_cast<std::size_t>(waiting));
    for (auto& watcher : m_watchers)
    {
        if (waits(watcher) && drawn-- == 0)
        {
            return &watcher;
        }
    }
    return nullptr;
}

} // namespace sonda
