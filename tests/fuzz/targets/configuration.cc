/** Configuration files of sonda-proxy (0) and sonda-agent (1), and JSON as such (2). */
#include "realnet/common/configuration.h"

#include "model/base/strict-json.h"
#include "realnet/agent/options.h"
#include "realnet/proxy/options.h"
#include "tests/fuzz/targets/check.h"

using namespace sonda;
using namespace sonda::fuzz;

namespace
{

std::string
Told(const Problems& problems)
{
    std::string text;
    for (const Problem& problem : problems)
    {
        const std::string line = ToString(problem);
        CheckMessage(line);
        FUZZ_CHECK(line.find('\x1b') == std::string::npos && line.find('\0') == std::string::npos);
        text += line + "\n";
    }
    return text;
}

template <typename Reading>
void
Read(const std::string& text)
{
    Reading reading;
    const std::string told = Told(ReadConfigurationText(reading.table, text, "file"));
    Reading again;
    FUZZ_CHECK(Told(ReadConfigurationText(again.table, text, "file")) == told);
    for (const Option& option : reading.table.All())
    {
        FUZZ_CHECK(again.table.Get(option.name).values == option.values);
    }
}

int
Depth(const nlohmann::ordered_json& value)
{
    int deepest = 0;
    if (value.is_structured())
    {
        for (const auto& inner : value)
        {
            deepest = std::max(deepest, Depth(inner));
        }
        return deepest + 1;
    }
    return 0;
}

void
Json(std::string_view text)
{
    const auto parsed = ParseJsonText(text, JsonComments::ALLOWED);
    if (!parsed)
    {
        CheckMessage(parsed.GetError().message);
        FUZZ_CHECK(!HasUnprintable(parsed.GetError().message));
        return;
    }
    FUZZ_CHECK(Depth(parsed->value) <= MAX_JSON_DEPTH);
    FUZZ_CHECK(!HasUnprintable(ShownJson(parsed->value)));
    // Written and read again it is the same; nothing stands there twice any more.
    const auto again = ParseJsonText(parsed->value.dump());
    FUZZ_CHECK(again && again->twice.empty() && again->value.dump() == parsed->value.dump());
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const Choice choice = Choose(data, size);
    switch (choice.which)
    {
    case 0:
        Read<ProxyReading>(std::string(choice.text));
        break;
    case 1:
        Read<AgentReading>(std::string(choice.text));
        break;
    case 2:
        Json(choice.text);
        FUZZ_CHECK(!HasUnprintable(Shown(choice.text)));
        break;
    default:
        break;
    }
    return 0;
}
