#include "model/selection/cubic-rate.h"

#include <algorithm>
#include <cmath>

namespace sonda
{

namespace
{

constexpr Duration INTERVAL = std::chrono::milliseconds(20);
constexpr double MOST_TOKENS = 10;
constexpr double MOST_GROWTH = 10; //!< S_max: of the rate, at an answer
constexpr double FALL = 0.2;       //!< beta: what is left of the rate after a fall
constexpr double SCALING = 4e-6;   //!< C, of the cubic function of time in ms
constexpr double LEAST_RATE = 0.01;
constexpr double NEW_INTERVAL = 0.1; //!< weight of the last interval in the receive rate

/** The rate must have had so long to show in the answers before it can fall again. */
constexpr Duration HYSTERESIS = 2 * INTERVAL;

double
Intervals(Duration time)
{
    return ToSeconds(time) / ToSeconds(INTERVAL);
}

} // namespace

double
CubicRate::TokensAt(Instant now) const
{
    return m_tokensAt ? std::min(MOST_TOKENS, m_tokens + m_rate * Intervals(now - *m_tokensAt))
                      : MOST_TOKENS;
}

bool
CubicRate::HasToken(Instant now) const
{
    return TokensAt(now) >= 1;
}

void
CubicRate::OnSent(Instant now)
{
    m_tokens = std::max(0.0, TokensAt(now) - 1);
    m_tokensAt = now;
}

double
CubicRate::ReceiveRate(Instant now) const
{
    if (!m_intervalBegan)
    {
        return 0;
    }
    const double passed = std::floor(Intervals(now - *m_intervalBegan));
    if (passed < 1)
    {
        return m_receiveRate;
    }
    const double ended = NEW_INTERVAL * m_inInterval + (1 - NEW_INTERVAL) * m_receiveRate;
    return ended * std::pow(1 - NEW_INTERVAL, passed - 1);
}

void
CubicRate::CountAnswer(Instant now)
{
    if (!m_intervalBegan)
    {
        m_intervalBegan = now;
    }
    const auto passed = (now - *m_intervalBegan) / INTERVAL;
    if (passed >= 1)
    {
        m_receiveRate = ReceiveRate(now);
        *m_intervalBegan += passed * INTERVAL;
        m_inInterval = 0;
    }
    ++m_inInterval;
}

void
CubicRate::OnReceived(Instant now)
{
    // A change of the rate holds from now on, not for the tokens that have gathered.
    m_tokens = TokensAt(now);
    m_tokensAt = now;
    CountAnswer(now);
    const double received = ReceiveRate(now);
    if (m_rate < received)
    {
        Grow(now);
    }
    else if (received > 0 && m_rate > received && now - m_grewAt > HYSTERESIS)
    {
        Shrink(now);
    }
}

void
CubicRate::Grow(Instant now)
{
    const double since = ToSeconds(now - m_fellAt) * 1e3;
    const double back = std::cbrt(m_rateBeforeFall * FALL / SCALING);
    const double grown = SCALING * std::pow(since - back, 3) + m_rateBeforeFall;
    // A function that has not come back to where it fell from would lower the rate.
    m_rate = std::clamp(grown, m_rate, m_rate + MOST_GROWTH);
    m_grewAt = now;
}

void
CubicRate::Shrink(Instant now)
{
    m_rateBeforeFall = m_rate;
    m_rate = std::max(LEAST_RATE, m_rate * FALL);
    m_fellAt = now;
}

} // namespace sonda
