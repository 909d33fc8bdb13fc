#include "model/control/monitor.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
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
    if (const auto wrong = CheckMonitorOptions(m_options))
    {
        throw std::invalid_argument(wrong->message);
    }
    m_nextSlice = static_cast<std::uint32_t>(m_options.lead * m_options.slices);
}

Duration
Monitor::NextGap() const
{
    const Duration gap = m_options.interval / m_options.slices;
    if (m_probesSent > 0)
    {
        return gap;
    }
    const double ahead = m_options.lead * m_options.slices;
    return gap - FromSeconds(ToSeconds(gap) * (ahead - std::floor(ahead)));
}

std::string
Monitor::Probe(Instant now, const std::string& source, RandomStream& random)
{
    ProbeRequest request;
    if (!m_options.baseForm)
    {
        using std::chrono::milliseconds;
        request.windowMs = std::chrono::duration_cast<milliseconds>(m_options.window).count();
    }
    if (m_options.slices > 1)
    {
        request.slice = Slice{m_options.slices, m_nextSlice};
        m_nextSlice = (m_nextSlice + 1) % m_options.slices;
    }
    m_nextProbe = now + NextGap();
    ++m_probesSent;
    return Send(std::move(request), false, now, source, random);
}

std::string
Monitor::ProbeAgent(Instant now,
                    const std::string& source,
                    RandomStream& random,
                    const std::string& to)
{
    ProbeRequest request;
    request.windowMs = 0;
    if (!to.empty())
    {
        request.to = to;
    }
    ++m_singleProbesSent;
    return Send(std::move(request), true, now, source, random);
}

std::string
Monitor::Send(ProbeRequest request,
              bool single,
              Instant now,
              const std::string& source,
              RandomStream& random)
{
    m_requests.Forget(OldestValid(now));
    // In the base form the nonce stays here: it then is a name that no response can guess.
    std::string digits = RandomHex(random, 128);
    const NonceNumber nonce = NonceNumber::Parse(digits);
    m_requests.Keep(nonce, now, single);
    if (!single)
    {
        m_lastRound = nonce;
    }
    if (single || !m_options.baseForm)
    {
        request.nonce = std::move(digits);
    }
    if (m_options.noticeBelow > 0)
    {
        request.below = m_options.noticeBelow;
    }
    if (m_keyring)
    {
        request.order = NextOrder(now, random);
        return m_keyring->Seal(Role::REQUEST, source, Encode(request));
    }
    std::string pdu = Encode(request);
    if (request.nonce && pdu.size() < m_options.requestBytes)
    {
        pdu.resize(m_options.requestBytes, ' '); // which is nothing in JSON
    }
    return pdu;
}

ProbeRequest::Order
Monitor::NextOrder(Instant now, RandomStream& random)
{
    if (m_lastOrder.monitor.empty())
    {
        m_lastOrder.monitor = RandomHex(random, 64);
    }
    using std::chrono::microseconds;
    const auto time =
        std::chrono::duration_cast<microseconds>(now.time_since_epoch() + m_timeOfDay).count();
    const auto stamp = static_cast<std::uint64_t>(std::max<std::int64_t>(time, 1));
    m_lastOrder.stamp = std::min(std::max(stamp, m_lastOrder.stamp + 1), MAX_STAMP);
    return m_lastOrder;
}

Instant
Monitor::OldestValid(Instant now) const
{
    return now - m_options.interval * ACCEPTED_INTERVALS;
}

Expected<Observation, Refusal>
Monitor::OnDatagram(std::string_view datagram, const std::string& source, Instant now)
{
    return OnDatagram(datagram, Sender{source, IsLoopback(source)}, now);
}

Expected<Observation, Refusal>
Monitor::OnDatagram(std::string_view datagram, const Sender& sender, Instant now)
{
    auto result = Digest(datagram, sender, now);
    if (result)
    {
        ++m_accepted;
        m_notices += result->notice ? 1 : 0;
    }
    else
    {
        m_refusals.Count(result.GetError().reason);
    }
    return result;
}

Expected<Observation, Refusal>
Monitor::Digest(std::string_view datagram, const Sender& sender, Instant now)
{
    // Authentication comes first: with a key, no parser sees what a stranger wrote.
    std::string signer;
    if (m_keyring)
    {
        auto verified = m_keyring->Verify(Role::RESPONSE, sender.address, datagram);
        if (!verified)
        {
            return verified.GetError();
        }
        signer = std::move(verified->agent);
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
    if (!signer.empty() && response->id != signer)
    {
        return Refusal{RefusalReason::FOREIGN_ID, "signed by " + signer};
    }
    if (auto refusal = CheckWhereabouts(*response, sender, m_link, m_options.foreignSources))
    {
        return *refusal;
    }
    return Match(*response, sender.address, now);
}

/** Finds the request that a good response belongs to, and makes an observation of the two. */
Expected<Observation, Refusal>
Monitor::Match(const ProbeResponse& response, const std::string& source, Instant now)
{
    AskedRequest* const request = FindRequest(response, now);
    if (request == nullptr)
    {
        return response.nonce ? Refusal{RefusalReason::UNKNOWN_NONCE, *response.nonce}
                              : Refusal{RefusalReason::NO_REQUEST, source};
    }
    Observation observation;
    observation.id = response.id.value_or(ToString(response.server));
    observation.server = response.server;
    observation.report = response.report;
    observation.elapsed = now - request->sent;
    observation.hold = response.hold.value_or(Duration(0));
    observation.holdKnown = response.hold.has_value();
    observation.notice = response.notice;
    observation.source = source;
    observation.origin = response.nonce ? Origin::AGENT : Origin::BASE;
    if (observation.hold > observation.elapsed)
    {
        return Refusal{RefusalReason::HOLD_TOO_LONG, observation.id};
    }
    if (m_gate)
    {
        if (auto refusal = m_gate(observation))
        {
            return std::move(*refusal);
        }
    }
    if (const auto reason = Count(*request, observation))
    {
        return Refusal{*reason, observation.id};
    }
    return observation;
}

std::optional<RefusalReason>
Monitor::Count(AskedRequest& request, const Observation& observation) const
{
    // That a server takes no more connections is always welcome.
    const bool isWanted =
        m_options.noticeBelow > 0 || observation.report.state != ServerState::READY;
    if (observation.notice && !isWanted)
    {
        return RefusalReason::UNWANTED_NOTICE;
    }
    return request.Hear(observation.id, observation.notice, observation.hold)
               ? std::nullopt
               : std::make_optional(RefusalReason::DUPLICATE_RESPONSE);
}

AskedRequest*
Monitor::FindRequest(const ProbeResponse& response, Instant now)
{
    // A base-form response can only belong to the last round, as far as anyone can tell.
    const auto nonce = response.nonce ? NonceNumber::Parse(*response.nonce) : m_lastRound;
    return nonce ? m_requests.Find(*nonce, OldestValid(now)) : nullptr;
}

} // namespace sonda
