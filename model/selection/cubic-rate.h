#ifndef SONDA_MODEL_SELECTION_CUBIC_RATE_H
#define SONDA_MODEL_SELECTION_CUBIC_RATE_H

#include "model/base/time.h"

#include <cstdint>
#include <optional>

namespace sonda
{

/**
 * How fast requests may be sent to one agent: a token bucket whose rate grows by a cubic function
 * while answers come back faster than that, and falls to a fifth when they come back slower (Suresh
 * et al., NSDI 2015, section 3.2, with the constants of the authors' simulator). Rates are requests
 * per 20 ms. A request that is sent without a token, because nobody has one, costs nothing.
 */
class CubicRate
{
  public:
    /** \return whether a request may be sent now. */
    bool HasToken(Instant now) const;

    void OnSent(Instant now);

    /** An answer came: the rate is adapted. */
    void OnReceived(Instant now);

    /** \return requests allowed per 20 ms. */
    double
    Rate() const
    {
        return m_rate;
    }

    /** \return answers per 20 ms lately. */
    double ReceiveRate(Instant now) const;

  private:
    /** A new agent may be sent ten at once, and ten every 20 ms. */
    static constexpr double INITIAL = 10;

    double TokensAt(Instant now) const;
    void CountAnswer(Instant now);
    void Grow(Instant now);
    void Shrink(Instant now);

    double m_rate{INITIAL};
    double m_tokens{INITIAL};
    std::optional<Instant> m_tokensAt; //!< empty before the first request: the bucket is full
    double m_rateBeforeFall{INITIAL};
    Instant m_fellAt{};
    Instant m_grewAt{};

    // Answers in whole intervals of 20 ms from the first answer on.
    std::optional<Instant> m_intervalBegan;
    double m_inInterval{0};
    double m_receiveRate{0};
};

} // namespace sonda

#endif
