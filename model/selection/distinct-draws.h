#ifndef SONDA_MODEL_SELECTION_DISTINCT_DRAWS_H
#define SONDA_MODEL_SELECTION_DISTINCT_DRAWS_H

#include "model/base/random-stream.h"

#include <algorithm>
#include <array>

namespace sonda
{

/**
 * Draws distinct places, one at a time, each uniform among those not yet drawn: the k-th draw is a
 * rank among the places left, and stepping over the earlier places in ascending order turns it into
 * a place.
 */
class DistinctDraws
{
  public:
    /** Of more, it costs less to shuffle all. */
    static constexpr std::size_t MOST = 64;

    explicit DistinctDraws(std::size_t places)
        : m_places(places)
    {
    }

    /** At most MOST times, and no more often than there are places. */
    std::size_t
    Next(RandomStream& random)
    {
        std::size_t place = random.Below(m_places - m_count);
        std::size_t i = 0;
        for (; i < m_count && m_drawn[i] <= place; ++i)
        {
            ++place;
        }
        std::copy_backward(m_drawn.begin() + i,
                           m_drawn.begin() + m_count,
                           m_drawn.begin() + m_count + 1);
        m_drawn[i] = place;
        ++m_count;
        return place;
    }

  private:
    std::size_t m_places;
    std::size_t m_count{0};
    std::array<std::size_t, MOST> m_drawn; //!< ascending
};

} // namespace sonda

#endif
