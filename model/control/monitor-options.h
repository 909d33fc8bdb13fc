#ifndef SONDA_MODEL_CONTROL_MONITOR_OPTIONS_H
#define SONDA_MODEL_CONTROL_MONITOR_OPTIONS_H

#include "model/base/error.h"
#include "model/base/time.h"
#include "model/control/whereabouts.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace sonda
{

/** How a monitor asks, and what it accepts. */
struct MonitorOptions
{
    Duration interval{std::chrono::seconds(5)};      //!< between probe requests
    Duration window{std::chrono::milliseconds(500)}; //!< agents spread their responses over it
    bool baseForm{false};                            //!< ask in the base form: no nonce, no window
    /**
     * Each agent is asked once an interval; with k slices, k requests in turn ask a k-th each.
     * Agents of the base form know no slices and answer all k.
     */
    std::uint32_t slices{1};
    /**
     * Share of an interval, 0 to below 1, by which all rounds but the first come early: monitors
     * that begin together do not go on in step then. With slices the first one is a later one.
     */
    double lead{0};
    std::uint32_t noticeBelow{0}; //!< agents shall tell that they fall below it; 0: no
    bool acceptBase{true};        //!< accept responses without a nonce
    /** Which addresses beside its own an agent may advertise. */
    ForeignSources foreignSources{ForeignSources::ON_LINK};
    /**
     * Bytes to which unsigned requests are filled up, so that agents need not fear to be reflectors
     * (AnswerBudget): LONGEST_ANSWER where requests travel, 0 where nobody forges addresses.
     */
    std::size_t requestBytes{0};
};

/** \return what no monitor can do of \p options, such as a lead that is no share; or nothing. */
std::optional<Error> CheckMonitorOptions(const MonitorOptions& options);

} // namespace sonda

#endif
