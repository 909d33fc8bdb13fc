#ifndef SONDA_TESTS_MODEL_SUPPORT_SAMPLES_H
#define SONDA_TESTS_MODEL_SUPPORT_SAMPLES_H

#include "model/scoring/formula.h"
#include "model/table/status-table.h"

#include <string>

namespace sonda::test
{

/** A point of a test's time line. */
inline Instant
At(double seconds)
{
    return Instant(FromSeconds(seconds));
}

/** An observation of agent \p number at 10.0.x.y:80, with RTT 1 ms and idle figures. */
inline Observation
Observe(unsigned number, double ram = 1e9)
{
    Observation observation;
    observation.id = "agent-" + std::to_string(number);
    observation.server.address =
        "10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 1);
    observation.server.port = 80;
    observation.report.ram = ram;
    observation.report.cpu = 50;
    observation.elapsed = std::chrono::milliseconds(1);
    observation.holdKnown = true;
    return observation;
}

/** The formula of a text that the test knows to be good. */
inline Formula
MakeFormula(const std::string& text)
{
    return std::move(*Formula::Parse(text));
}

/** A table with agents 0 to \p count - 1, all seen at time 0 with equal figures. */
inline StatusTable
MakeTable(const std::string& formula, unsigned count)
{
    StatusTable table(MakeFormula(formula), TableTiming());
    for (unsigned i = 0; i < count; ++i)
    {
        table.Update(Observe(i), At(0));
    }
    return table;
}

} // namespace sonda::test

#endif
