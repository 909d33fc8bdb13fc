#include "model/protocol/refusal.h"

namespace sonda
{

const char*
ToString(RefusalReason reason)
{
    static constexpr std::array<const char*, REFUSAL_REASONS> names = {
        "too-long",
        "not-json",
        "too-deep",
        "not-an-object",
        "duplicate-key",
        "wrong-kind",
        "missing-key",
        "wrong-type",
        "out-of-range",
        "unsigned",
        "bad-trailer",
        "unknown-key",
        "bad-mac",
        "base-form",
        "unknown-nonce",
        "no-request",
        "duplicate-response",
        "unwanted-notice",
        "duplicate-request",
        "hold-too-long",
        "foreign-source",
        "foreign-id",
        "off-link",
        "impossible-address",
        "id-conflict",
        "server-conflict",
        "own-address",
        "table-full",
        "other-slice",
        "other-agent",
        "old-request",
        "too-often",
        "too-short",
        "not-ready",
        "busy",
        "no-figures",
    };
    return names[static_cast<std::size_t>(reason)];
}

void
RefusalCounters::Count(RefusalReason reason, std::uint64_t times)
{
    m_counts[static_cast<std::size_t>(reason)] += times;
}

void
RefusalCounters::Add(const RefusalCounters& others)
{
    for (std::size_t i = 0; i < m_counts.size(); ++i)
    {
        m_counts[i] += others.m_counts[i];
    }
}

std::uint64_t
RefusalCounters::Get(RefusalReason reason) const
{
    return m_counts[static_cast<std::size_t>(reason)];
}

std::uint64_t
RefusalCounters::Total() const
{
    std::uint64_t total = 0;
    for (const auto count : m_counts)
    {
        total += count;
    }
    return total;
}

} // namespace sonda
