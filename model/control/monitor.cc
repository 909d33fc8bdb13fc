#include "model/control/monitor.h"

#include <utility>

namespace sonda
{

namespace
{

/** A response is accepted for requests of the last two intervals. */
constexpr int ACCEPTED_INTERVALS = 2;

} // namespace

Monitor::Monitor(MonitorOptions options, std::optional<Keyring> keyring)
    : m_options(options),
      m_keyring(std::move(keyring))
{
}

std::string
Monitor::Probe(Instant now, const std::string& source, RandomStream& random)
{
    const Duration kept = m_options.interval * ACCEPTED_INTERVALS;
    while (!m_rounds.empty() && m_rounds.front().sent + kept < now)
    {
        m_rounds.pop_front();
    }
    Round& round = m_rounds.emplace_back();
    round.sent = now;
    ProbeRequest request;
    if (!m_options.baseForm)
    {
        using std::chrono::milliseconds;
        round.nonce = RandomHex(random, 128);
        request.nonce = round.nonce;
        request.windowMs = std::chrono::duration_cast<milliseconds>(m_options.window).count();
    }
    m_nextProbe = now + m_options.interval;
    ++m_probesSent;
    std::string pdu = Encode(request);
    return m_keyring ? m_keyring->Seal(Role::REQUEST, source, pdu) : pdu;
}

Expected<Observation, Refusal>
Monitor::OnDatagram(std::string_view datagram, const std::string& source, Instant now)
{
    auto result = Digest(datagram, source, now);
    if (result)
    {
        ++m_accepted;
    }
    else
    {
        m_refusals.Count(result.GetError().reason);
    }
    return result;
}

Expected<Observation, Refusal>
Monitor::Digest(std::string_view datagram, const std::string& source, Instant now)
{
    // Authentication comes first: with a key, no parser sees what a stranger wrote.
    if (m_keyring)
    {
        if (const auto refusal = m_keyring->Check(Role::RESPONSE, source, datagram))
        {
            return *refusal;
        }
    }
    const auto response = DecodeResponse(datagram);
    if (!response)
    {
        return response.GetError();
    }
    if (!response->nonce && !m_options.acceptBase)
    {
        return Refusal{RefusalReason::BASE_FORM, "a response must repeat the request's nonce"};
    }
    if (!m_options.allowForeignSource && response->server.address != source)
    {
        return Refusal{RefusalReason::FOREIGN_SOURCE,
                       source + " advertises " + response->server.address};
    }
    Round* const round = FindRound(*response, now);
    if (round == nullptr)
    {
        return response->nonce ? Refusal{RefusalReason::UNKNOWN_NONCE, *response->nonce}
                               : Refusal{RefusalReason::NO_REQUEST, source};
    }
    Observation observation;
    observation.id = response->id.value_or(ToString(response->server));
    observation.server = response->server;
    observation.report = response->report;
    observation.elapsed = now - round->sent;
    observation.hold = response->hold.value_or(Duration(0));
    observation.holdKnown = response->hold.has_value();
    if (observation.hold > observation.elapsed)
    {
        return Refusal{RefusalReason::HOLD_TOO_LONG, observation.id};
    }
    if (!round->answered.insert(observation.id).second)
    {
        return Refusal{RefusalReason::DUPLICATE_RESPONSE, observation.id};
    }
    return observation;
}

Monitor::Round*
Monitor::FindRound(const ProbeResponse& response, Instant now)
{
    const Instant oldest = now - m_options.interval * ACCEPTED_INTERVALS;
    for (auto round = m_rounds.rbegin(); round != m_rounds.rend(); ++round)
    {
        if (round->sent < oldest)
        {
            break;
        }
        // A base-form response can only belong to the last request, as far as anyone can tell.
        if (!response.nonce || *response.nonce == round->nonce)
        {
            return &*round;
        }
    }
    return nullptr;
}

} // namespace sonda
