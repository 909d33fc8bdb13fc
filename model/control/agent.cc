#include "model/control/agent.h"

#include <utility>

namespace sonda
{

namespace
{

/** Two monitors at the shortest sensible interval stay apart for a minute. */
constexpr std::size_t REMEMBERED_NONCES = 256;

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
                  const Report& report,
                  RandomStream& random)
{
    auto refusal = Accept(datagram, address, port, now, report, random);
    if (refusal)
    {
        m_refusals.Count(refusal->reason);
    }
    return refusal;
}

std::optional<Refusal>
Agent::Accept(std::string_view datagram,
              const std::string& address,
              std::uint16_t port,
              Instant now,
              const Report& report,
              RandomStream& random)
{
    if (m_keyring)
    {
        if (auto refusal = m_keyring->Check(Role::REQUEST, address, datagram))
        {
            return refusal;
        }
    }
    const auto request = DecodeRequest(datagram);
    if (!request)
    {
        return request.GetError();
    }
    if (request->slice && HashId(m_options.id) % request->slice->modulus != request->slice->residue)
    {
        return Refusal{RefusalReason::OTHER_SLICE, ""};
    }
    if (m_pending.size() >= m_options.mostPending)
    {
        return Refusal{RefusalReason::BUSY, std::to_string(m_pending.size()) + " requests wait"};
    }
    if (request->nonce && !Remember(*request->nonce))
    {
        return Refusal{RefusalReason::DUPLICATE_REQUEST, *request->nonce};
    }
    const Duration window = request->windowMs
                                ? Duration(std::chrono::milliseconds(*request->windowMs))
                                : m_options.defaultWindow;
    const Duration wait = FromSeconds(ToSeconds(window) * random.Uniform());
    m_pending.insert(Pending{now + wait, now, address, port, request->nonce, report});
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
    response.server = m_options.server;
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
    std::string pdu = Encode(response);
    if (m_keyring)
    {
        pdu = m_keyring->Seal(Role::RESPONSE, m_options.server.address, pdu);
    }
    return Reply{std::move(pdu), pending.address, pending.port};
}

} // namespace sonda
