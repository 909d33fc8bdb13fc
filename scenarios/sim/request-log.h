#ifndef SONDA_SCENARIOS_SIM_REQUEST_LOG_H
#define SONDA_SCENARIOS_SIM_REQUEST_LOG_H

#include "model/base/time.h"

#include <string>
#include <vector>

namespace sonda::sim
{

/** Every request of a run, for requests.csv.gz. Kept in memory, 24 bytes a request. */
class RequestLog
{
  public:
    void Add(Instant arrival, Duration responseTime, bool answered);

    /**
     * Writes arrival_s,response_time_s,answered, in the order of arrival; the response time of a
     * request that was not answered is empty. Throws std::runtime_error.
     */
    void Write(const std::string& path);

  private:
    struct Row
    {
        Instant arrival;
        Duration responseTime;
        bool answered;
    };

    std::vector<Row> m_rows;
};

} // namespace sonda::sim

#endif
