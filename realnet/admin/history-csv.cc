#include "realnet/admin/history-csv.h"

#include "model/metrics/result-files.h"

#include <fmt/format.h>
#include <iterator>

namespace sonda
{

std::string
HistoryText(const AdminSnapshot& snapshot, std::optional<std::uint64_t> after)
{
    std::string text = "window,start_s,end_s,agent,capacity,picks,completions,failures,in_flight,"
                       "score,probe_rtt_s,report_age_s\n";
    for (const auto& window : snapshot.windows)
    {
        if (after && window->number <= *after)
        {
            continue;
        }
        for (const WindowCell& cell : window->cells)
        {
            fmt::format_to(std::back_inserter(text),
                           "{},{},{},{},{},{},{},{},{},{},{},{}\n",
                           window->number,
                           FormatNumber(window->startS),
                           FormatNumber(window->endS),
                           cell.id,
                           FormatNumber(cell.capacity),
                           cell.picks,
                           cell.completions,
                           cell.failures,
                           cell.inFlight,
                           FormatNumber(cell.score),
                           FormatNumber(cell.rttS),
                           FormatNumber(cell.ageS));
        }
    }
    return text;
}

} // namespace sonda
