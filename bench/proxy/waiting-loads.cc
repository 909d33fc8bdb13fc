#include "bench/proxy/answers.h"
#include "bench/proxy/loads.h"
#include "model/metrics/log-histogram.h"

#include <iostream>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

/** The loads that wait for one thing at a time. */
namespace sonda::bench
{

void
Errors::Count(const std::string& what)
{
    if (m_count++ == 0)
    {
        m_first = what;
    }
}

void
Errors::AddTo(nlohmann::ordered_json& result) const
{
    result["errors"] = m_count;
    result["first_error"] = m_first;
}

nlohmann::ordered_json
FirstBytes(Route route, unsigned count)
{
    LogHistogram time;
    for (unsigned i = 0; i < count; ++i)
    {
        const Instant begin = Now();
        const Descriptor socket = route.Connect();
        char first;
        if (Must(static_cast<int>(recv(socket.Get(), &first, 1, 0)), "no first byte") == 0)
        {
            Fail(Error{"the connection ended before its first byte"});
        }
        time.Add(ToSeconds(Now() - begin));
    }
    nlohmann::ordered_json result;
    result["median_ms"] = 1e3 * time.Quantile(0.5);
    result["max_ms"] = 1e3 * time.Quantile(1);
    Errors().AddTo(result); // any error has ended the program
    return result;
}

void
Rest(Route route, unsigned connections)
{
    std::vector<Descriptor> open;
    char answer[ANSWER_BYTES];
    for (unsigned i = 0; i < connections; ++i)
    {
        open.push_back(route.Connect());
        const int socket = open.back().Get();
        const auto& request = KEEP_ALIVE_REQUEST;
        Must(static_cast<int>(send(socket, request.data(), request.size(), MSG_NOSIGNAL)), "send");
        if (recv(socket, answer, sizeof answer, MSG_WAITALL) != static_cast<ssize_t>(ANSWER_BYTES))
        {
            Fail(SystemError("connection " + std::to_string(i + 1) + " has no answer"));
        }
    }
    std::cout << nlohmann::ordered_json{{"open", open.size()}}.dump() << std::endl;
    while (std::cin.get() != EOF)
    {
    }
}

} // namespace sonda::bench
