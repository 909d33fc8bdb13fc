#include "model/control/monitor.h"

#include <algorithm>
#include <charconv>
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

std::optional<Error>
CheckMonitorOptions(const MonitorOptions& options)
{
    if (options.slices == 0 || options.slices > MAX_SLICES)
    {
        return Error{"monitor: slices must be 1 to " + std::to_string(MAX_SLICES)};
    }
    if (options.interval / options.slices <= Duration(0))
    {
        return Error{"monitor: an interval of " + std::to_string(options.interval.count()) +
                     " ns has no room for " + std::to_string(options.slices) +
                     " slices; a nanosecond each is the least"};
    }
    if (!(options.lead >= 0 && options.lead < 1))
    {
        return Error{"monitor: lead must be from 0 to below 1"};
    }
    if (options.baseForm && (options.slices > 1 || options.noticeBelow > 0))
    {
        return Error{"monitor: a request of the base form can ask neither for a slice nor for "
                     "notices"};
    }
    return std::nullopt;
}

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

Monitor::Nonce
Monitor::ParseNonce(const std::string& digits)
{
    // The decoder has made sure that there are 32 hexadecimal digits.
    Nonce nonce{};
    const char* const text = digits.data();
    std::from_chars(text, text + 16, nonce.high, 16);
    std::from_chars(text + 16, text + 32, nonce.low, 16);
    return nonce;
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
    Forget(now);
    // In the base form the nonce stays here: it then is a name that no response can guess.
    std::string digits = RandomHex(random, 128);
    const Nonce nonce = ParseNonce(digits);
    Request& kept = Keep(nonce);
    kept.sent = now;
    kept.single = single;
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

void
Monitor::Forget(Instant now)
{
    const Instant oldest = now - m_options.interval * ACCEPTED_INTERVALS;
    while (!m_order.empty())
    {
        const auto found = m_requests.find(m_order.front());
        if (found != m_requests.end() && found->second.sent >= oldest)
        {
            break;
        }
        // Not there only if a stream without randomness has given one nonce twice.
        if (found != m_requests.end())
        {
            m_spare.push_back(m_requests.extract(found));
        }
        m_order.pop_front();
    }
}

Monitor::Request&
Monitor::Keep(const Nonce& nonce)
{
    m_order.push_back(nonce);
    Requests::iterator place;
    if (m_spare.empty())
    {
        place = m_requests.try_emplace(nonce).first;
    }
    else
    {
        m_spare.back().key() = nonce;
        place = m_requests.insert(std::move(m_spare.back())).position;
        m_spare.pop_back();
    }
    place->second.heard.clear();
    return place->second;
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
    Request* const request = FindRequest(response, now);
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
Monitor::Count(Request& request, const Observation& observation)
{
    // That a server takes no more connections is always welcome.
    const bool isWanted =
        m_options.noticeBelow > 0 || observation.report.state != ServerState::READY;
    if (observation.notice && !isWanted)
    {
        return RefusalReason::UNWANTED_NOTICE;
    }
    const bool byAnother =
        request.single && !request.heard.empty() && request.heard.count(observation.id) == 0;
    if (byAnother)
    {
        return RefusalReason::DUPLICATE_RESPONSE;
    }
    Heard& heard = request.heard[observation.id];
    const bool again = observation.notice ? observation.hold <= heard.lastNotice : heard.answered;
    if (again)
    {
        return RefusalReason::DUPLICATE_RESPONSE;
    }
    if (observation.notice)
    {
        heard.lastNotice = observation.hold;
    }
    else
    {
        heard.answered = true;
    }
    return std::nullopt;
}

Monitor::Request*
Monitor::FindRequest(const ProbeResponse& response, Instant now)
{
    // A base-form response can only belong to the last round, as far as anyone can tell.
    const auto nonce = response.nonce ? ParseNonce(*response.nonce) : m_lastRound;
    const auto found = nonce ? m_requests.find(*nonce) : m_requests.end();
    const bool inTime = found != m_requests.end() &&
                        found->second.sent + m_options.interval * ACCEPTED_INTERVALS >= now;
    return inTime ? &found->second : nullptr;
}

} // namespace sonda
