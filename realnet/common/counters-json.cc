#include "realnet/common/counters-json.h"

#include <nlohmann/json.hpp>

namespace sonda
{

nlohmann::ordered_json
ToJson(const RefusalCounters& refusals)
{
    nlohmann::ordered_json result;
    result["total"] = refusals.Total();
    for (std::size_t i = 0; i < REFUSAL_REASONS; ++i)
    {
        const auto reason = static_cast<RefusalReason>(i);
        if (const auto count = refusals.Get(reason))
        {
            result[ToString(reason)] = count;
        }
    }
    return result;
}

std::string
Printable(std::string_view text)
{
    constexpr std::size_t most = 120; // a line stays readable
    std::string result(text.substr(0, most));
    for (char& c : result)
    {
        c = c >= ' ' && c < 0x7F ? c : '?';
    }
    return result;
}

} // namespace sonda
