#ifndef SONDA_MODEL_SELECTION_HAPROXY_H
#define SONDA_MODEL_SELECTION_HAPROXY_H

#include "model/base/random-stream.h"
#include "model/selection/view.h"

#include <cstdint>
#include <utility>
#include <vector>

/** What HAProxy's rules have in common. */
namespace sonda::haproxy
{

/** HAProxy counts weights in sixteenths (BE_WEIGHT_SCALE), and one of a configuration is at most
 * 256. */
constexpr std::int64_t WEIGHT_SCALE = 16;
constexpr std::int64_t MOST_EFFECTIVE = 256 * WEIGHT_SCALE;

/**
 * \param weight as the operator set it
 * \return HAProxy's effective weight: in sixteenths, rounded, at least one. HAProxy itself takes
 *         whole weights up to 256; for these the number is its own.
 */
std::int64_t EffectiveWeight(double weight);

/**
 * The ring on which `balance random` draws: each server has as many points on it as its effective
 * weight, at places that are a hash of its number (that of the agent's index, from 1 on) and the
 * point's. A draw is a random place, and the server of the nearest point wins. With few points the
 * arcs are unequal, so that servers of equal weight get unequal shares (docs/policies.md). HAProxy
 * has no weight above 256: where one is greater, all have fewer points in proportion, and so where
 * there would be more than MOST_POINTS together.
 */
class Ring
{
  public:
    /** \param version 2: the points' places of 2.6; 3: those of 3.0 and later */
    explicit Ring(int version)
        : m_version(version)
    {
    }

    /** Brings the ring up to date with a view: O(1), or O(p log p) for p points where the
     * candidates or their weights have changed. */
    void Look(const View& view);

    /** \return a random candidate of the view; there must be one. O(log p). */
    AgentIndex Draw(RandomStream& random) const;

  private:
    static constexpr double MOST_POINTS = 1 << 18;

    using Holder = std::pair<AgentIndex, std::int64_t>;
    using Point = std::pair<std::uint32_t, AgentIndex>;

    std::uint32_t PlaceOf(AgentIndex agent, std::uint32_t point) const;

    int m_version;
    std::uint64_t m_epoch{0};
    std::vector<Holder> m_holders; //!< for whom the ring was made, with their effective weights
    std::vector<Holder> m_wanted;  //!< the same of now; kept for its memory
    std::vector<Point> m_points;   //!< by place
};

} // namespace sonda::haproxy

#endif
