/** What the kernel says: texts of /proc (0) and of cgroups (1), answers of netlink's sock_diag (2).
 */
#include "realnet/agent/connection-counter.h"
#include "realnet/agent/proc-text.h"
#include "tests/fuzz/targets/check.h"

#include <cmath>
#include <cstring>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <vector>

using namespace sonda;
using namespace sonda::fuzz;

namespace
{

void
Proc(std::string_view text)
{
    if (const auto memory = ParseMeminfo(text))
    {
        FUZZ_CHECK(memory->total > 0);
    }
    if (const auto ticks = ParseProcStat(text))
    {
        FUZZ_CHECK(ticks->idle <= ticks->total);
    }
    if (const auto load = ParseLoadAverage(text))
    {
        FUZZ_CHECK(std::isfinite(*load) && *load >= 0);
    }
}

void
Cgroups(std::string_view text)
{
    if (const auto mount = ParseCgroupMount(text))
    {
        FUZZ_CHECK(!mount->empty());
    }
    if (const auto own = ParseOwnCgroup(text))
    {
        FUZZ_CHECK(own->front() == '/');
    }
    if (const auto cores = ParseCpuQuota(text))
    {
        FUZZ_CHECK(std::isfinite(*cores) && *cores > 0);
    }
    const auto whole = ParseWhole(text);
    const auto limit = ParseMemoryLimit(text);
    FUZZ_CHECK(!limit || (whole && *whole == *limit));
    ParseStatLine(text, "usage_usec");
}

/** The buffer of the answer is as long as the answer: who reads beyond it is found. */
void
Diag(std::string_view text)
{
    std::vector<std::byte> answer(text.size());
    std::memcpy(answer.data(), text.data(), text.size());
    const std::size_t most = text.size() / NLMSG_LENGTH(sizeof(inet_diag_msg));
    for (const Endpoint& server : {Endpoint{"10.0.0.7", 80}, Endpoint{"fd00::7", 80}})
    {
        const DiagPart part = ParseDiagAnswer(answer, server);
        FUZZ_CHECK(part.matching <= most);
        FUZZ_CHECK(!(part.last && part.failed));
        const DiagPart again = ParseDiagAnswer(answer, server);
        FUZZ_CHECK(part.matching == again.matching && part.last == again.last);
    }
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const Choice choice = Choose(data, size);
    switch (choice.which)
    {
    case 0:
        Proc(choice.text);
        break;
    case 1:
        Cgroups(choice.text);
        break;
    case 2:
        Diag(choice.text);
        break;
    default:
        break;
    }
    return 0;
}
