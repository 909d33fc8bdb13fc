#ifndef SONDA_MODEL_SELECTION_AGEING_H
#define SONDA_MODEL_SELECTION_AGEING_H

#include "model/base/error.h"
#include "model/scoring/formula.h"

#include <string_view>

namespace sonda
{

/** What a policy does about old reports; written behind an @, as in `best@decay:5`. */
struct AgeRule
{
    enum class Kind
    {
        NONE,    //!< a report is believed for as long as its agent is a candidate
        CUT_OFF, //!< agents with older reports are no candidates, unless all are older
        DECAY,   //!< scores fade to the fleet's median: s = med + (s - med) exp(-age / seconds)
        PENALTY, //!< scores grow worse: by the factor 1 + age / seconds
    };

    Kind kind{Kind::NONE};
    double seconds{0}; //!< above 0 and at most 1e6, but for NONE

    /** \param text "cut-off:SECONDS", "decay:SECONDS" or "penalty:SECONDS" */
    static Expected<AgeRule> Parse(std::string_view text);

    /** \return whether it changes scores, and not only who is a candidate. */
    bool
    ChangesScores() const
    {
        return kind == Kind::DECAY || kind == Kind::PENALTY;
    }

    /**
     * \param age of the report, seconds
     * \param median of the fleet's scores; used by DECAY
     * \return the score as the rule leaves it; NaN stays NaN
     */
    double Apply(double score, Sense sense, double age, double median) const;
};

} // namespace sonda

#endif
