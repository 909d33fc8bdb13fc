#include "model/control/agent.h"

#include <algorithm>
#include <utility>

namespace sonda
{

namespace
{

/** Two monitors at the shortest sensible interval stay apart for a minute. */
constexpr std::size_t REMEMBERED_NONCES = 256;

/** The longest answer in the base form, in bytes. */
constexpr std::size_t LONGEST_BASE_ANSWER = 129;

/** Figures have at most that many digits. */
constexpr double LONGEST_NUMBER = 10.0 / 3;

bool
IsIpv6(const std::string& address)
{
    return address.find(':') != std::string::npos;
}

} // namespace

Agent::Agent(AgentOptions options, std::optional<Keyring> keyring)
    : m_options(std::move(options)),
      m_keyring(std::move(keyring)),
      m_pending(m_options.mostPending),
      m_watchers(m_options.mostWatchers)
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
    Asker asker{address, port, datagram.size()};
    if (m_keyring)
    {
        if (auto refusal = m_keyring->Check(Role::REQUEST, address, datagram))
        {
            m_refusals.Count(refusal->reason);
            return refusal;
        }
        asker.bytes.reset();
    }
    return AcceptCounted(DecodeRequest(datagram), asker, now, figures, random);
}

std::optional<Refusal>
Agent::OnRequest(const Expected<ProbeRequest, Refusal>& request,
                 const std::string& address,
                 std::uint16_t port,
                 Instant now,
                 const TakeFigures& figures,
                 RandomStream& random)
{
    return AcceptCounted(request, {address, port, std::nullopt}, now, figures, random);
}

std::optional<Refusal>
Agent::AcceptCounted(const Expected<ProbeRequest, Refusal>& request,
                     const Asker& asker,
                     Instant now,
                     const TakeFigures& figures,
                     RandomStream& random)
{
    auto refusal = request ? Accept(*request, asker, now, figures, random)
                           : std::make_optional(request.GetError());
    if (refusal)
    {
        m_refusals.Count(refusal->reason);
    }
    return refusal;
}

Duration
Agent::DrawWait(const ProbeRequest& request, RandomStream& random) const
{
    const Duration window = request.windowMs
                                ? Duration(std::chrono::milliseconds(*request.windowMs))
                                : m_options.defaultWindow;
    // Nothing is drawn for no window, so that single probes leave the waits of the rounds alone.
    return window > Duration::zero() ? FromSeconds(ToSeconds(window) * random.Uniform())
                                     : Duration::zero();
}

std::optional<Refusal>
Agent::Accept(const ProbeRequest& request,
              const Asker& asker,
              Instant now,
              const TakeFigures& figures,
              RandomStream& random)
{
    // First, as it is for all: also what is for others must not come back later.
    if (auto refusal = CheckOrder(request, asker.address, now))
    {
        return refusal;
    }
    if (auto refusal = CheckAddressee(request))
    {
        return refusal;
    }
    const Duration wait = DrawWait(request, random);
    if (auto refusal = CheckLimits(request, asker, now, now + wait))
    {
        return refusal;
    }
    if (request.nonce)
    {
        Remember(*request.nonce);
    }
    Expected<Report> report = figures();
    if (!report)
    {
        return Refusal{RefusalReason::NO_FIGURES, report.GetError().message};
    }
    if (!request.nonce && !m_options.baseForm && report->state != ServerState::READY)
    {
        return Refusal{RefusalReason::NOT_READY, "the base form has no word for that"};
    }
    // Without a nonce, or in the base form, there are no words for a notice.
    const bool hasWords = !AnswersInBaseForm(request.nonce);
    m_watchers.Note(request, asker.address, asker.port, hasWords, now);
    m_pending.Add(PendingRequest{now + wait,
                                 now,
                                 asker.address,
                                 asker.port,
                                 request.nonce,
                                 std::move(*report),
                                 RoomFor(asker)});
    return std::nullopt;
}

/** Whether there is room to keep the request until it is due, and to answer it. */
std::optional<Refusal>
Agent::CheckLimits(const ProbeRequest& request, const Asker& asker, Instant now, Instant due)
{
    if (!m_pending.CanTake(asker.address, due))
    {
        return Refusal{RefusalReason::BUSY, std::to_string(m_pending.Size()) + " requests wait"};
    }
    if (!HasRoom(request, asker))
    {
        return Refusal{RefusalReason::TOO_SHORT,
                       "an unsigned request must be filled up with blanks"};
    }
    if (!Pay(asker, AnswersInBaseForm(request.nonce), now))
    {
        return Refusal{RefusalReason::TOO_OFTEN, "unsigned answers to one address are limited"};
    }
    return std::nullopt;
}

/** Whether a signed request is new. What only looks like a copy of the last one is called that. */
std::optional<Refusal>
Agent::CheckOrder(const ProbeRequest& request, const std::string& address, Instant now)
{
    if (!m_keyring || m_order.Take(request, address, now))
    {
        return std::nullopt;
    }
    if (request.nonce && m_seen.count(*request.nonce) > 0)
    {
        return Refusal{RefusalReason::DUPLICATE_REQUEST, *request.nonce};
    }
    return Refusal{RefusalReason::OLD_REQUEST,
                   request.order ? "stamp " + std::to_string(request.order->stamp)
                                 : "no stamp, but " + address + " has sent one before"};
}

std::optional<Refusal>
Agent::CheckAddressee(const ProbeRequest& request) const
{
    if (request.to && *request.to != m_options.id)
    {
        return Refusal{RefusalReason::OTHER_AGENT, *request.to};
    }
    if (request.slice && HashId(m_options.id) % request.slice->modulus != request.slice->residue)
    {
        return Refusal{RefusalReason::OTHER_SLICE, ""};
    }
    if (request.nonce && m_seen.count(*request.nonce) > 0)
    {
        return Refusal{RefusalReason::DUPLICATE_REQUEST, *request.nonce};
    }
    return std::nullopt;
}

bool
Agent::AnswersInBaseForm(const std::optional<std::string>& nonce) const
{
    return m_options.baseForm || !nonce;
}

std::optional<std::size_t>
Agent::RoomFor(const Asker& asker) const
{
    return asker.bytes ? std::make_optional(AnswerBudget::Room(*asker.bytes, IsIpv6(asker.address)))
                       : std::nullopt;
}

/** Whether the answer finds room that says no more than who answers, and that is it. */
bool
Agent::HasRoom(const ProbeRequest& request, const Asker& asker) const
{
    const auto room = RoomFor(asker);
    if (!room || *room >= LONGEST_ANSWER || AnswersInBaseForm(request.nonce))
    {
        return true; // the base form finds room in any request
    }
    ProbeResponse response;
    response.server = m_options.server;
    response.nonce = request.nonce;
    response.id = m_options.id;
    response.hold = MAX_HOLD;
    response.report.ram = LONGEST_NUMBER;
    response.report.cpu = LONGEST_NUMBER;
    response.report.weight = LONGEST_NUMBER;
    return Encode(response).size() <= *room;
}

bool
Agent::Pay(const Asker& asker, bool isBaseForm, Instant now)
{
    const auto room = RoomFor(asker);
    const std::size_t longest = isBaseForm ? LONGEST_BASE_ANSWER : LONGEST_ANSWER;
    return !room || m_budget.Pay(asker.address, *asker.bytes, std::min(*room, longest), now);
}

void
Agent::Remember(const std::string& nonce)
{
    m_seen.insert(nonce);
    m_seenOrder.push_back(nonce);
    if (m_seenOrder.size() > REMEMBERED_NONCES)
    {
        m_seen.erase(m_seenOrder.front());
        m_seenOrder.pop_front();
    }
}

RefusalCounters
Agent::Refusals() const
{
    RefusalCounters refusals = m_refusals;
    refusals.Count(RefusalReason::BUSY, m_pending.Dropped());
    return refusals;
}

} // namespace sonda
