#include "scenarios/sim/request-log.h"

#include "model/metrics/result-files.h"

#include <algorithm>
#include <stdexcept>
#include <zlib.h>

namespace sonda::sim
{

void
RequestLog::Add(Instant arrival, Duration responseTime, bool answered)
{
    m_rows.push_back({arrival, responseTime, answered});
}

void
RequestLog::Write(const std::string& path)
{
    // Stable: of two requests that arrive in one nanosecond the order of their outcomes decides.
    std::stable_sort(m_rows.begin(),
                     m_rows.end(),
                     [](const Row& a, const Row& b) { return a.arrival < b.arrival; });
    const gzFile file = gzopen(path.c_str(), "wb6");
    bool good = file != nullptr && gzputs(file, "arrival_s,response_time_s,answered\n") > 0;
    for (const auto& row : m_rows)
    {
        std::string line = FormatNumber(ToSeconds(row.arrival - Instant()));
        line += ',';
        line += row.answered ? FormatNumber(ToSeconds(row.responseTime)) : "";
        line += row.answered ? ",1\n" : ",0\n";
        good = good && gzputs(file, line.c_str()) > 0;
    }
    if (file == nullptr || gzclose(file) != Z_OK || !good)
    {
        throw std::runtime_error(path + ": cannot be written");
    }
}

} // namespace sonda::sim
