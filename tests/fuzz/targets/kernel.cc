/** What the kernel says: texts of /proc (0) and of cgroups (1), answers of netlink's sock_diag (2)
 * and messages of its rtnetlink (3). */
#include "realnet/agent/cgroup-tree.h"
#include "realnet/agent/connection-counter.h"
#include "realnet/agent/cpu-times.h"
#include "realnet/agent/listeners.h"
#include "realnet/agent/memory-meter.h"
#include "realnet/agent/proc-text.h"
#include "realnet/agent/sock-diag.h"
#include "realnet/common/interface.h"
#include "tests/fuzz/targets/check.h"

#include <algorithm>
#include <cmath>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <span>
#include <sys/socket.h>

using namespace sonda;
using namespace sonda::fuzz;

namespace
{

void
Cpus(std::string_view text)
{
    const auto times = ParseCpuTimes(text);
    if (!times)
    {
        return;
    }
    const CpuSet all = CpusInUse(*times, std::nullopt);
    FUZZ_CHECK(all.size() == times->cpus.size());
    FUZZ_CHECK(!Compare(*times, *times, all).IsKnown());
    const CpuUse use = Compare(CpuTimes{}, *times, all);
    FUZZ_CHECK(use.idle >= 0 && use.idle <= use.total);
}

void
Proc(std::string_view text)
{
    if (const auto memory = ParseMeminfo(text))
    {
        FUZZ_CHECK(memory->total > 0);
    }
    Cpus(text);
    if (const auto load = ParseLoadAverage(text))
    {
        FUZZ_CHECK(std::isfinite(*load) && *load >= 0);
    }
    if (const auto activity = ParseTcpActivity(text))
    {
        FUZZ_CHECK(Compare(*activity, *activity) == Standstill::CERTAIN);
    }
    ParseProcessTicks(text);
    ZfsReclaimable(text);
}

void
Cgroups(std::string_view text)
{
    const CgroupMounts mounts = ParseCgroupMounts(text);
    const CgroupPaths paths = ParseCgroupPaths(text);
    FUZZ_CHECK(!paths.unified || paths.unified->front() == '/');
    FUZZ_CHECK(CommonAncestor(paths, paths) == paths);
    for (const Controller controller : {Controller::MEMORY, Controller::CPU})
    {
        const auto levels = LevelsOf(controller, mounts, paths);
        FUZZ_CHECK(!levels || (!levels->paths.empty() && levels->paths.back().empty()));
    }
    if (const auto cores = ParseCpuQuota(text))
    {
        FUZZ_CHECK(std::isfinite(*cores) && *cores > 0);
    }
    if (const auto cpus = ParseCpuList(text))
    {
        FUZZ_CHECK(!cpus->empty() && std::is_sorted(cpus->begin(), cpus->end()));
        FUZZ_CHECK(Intersection(*cpus, *cpus) == *cpus && Union(*cpus, *cpus) == *cpus);
    }
    for (const auto id : ParseProcessIds(text))
    {
        FUZZ_CHECK(id != 0);
    }
    ParseWhole(text);
    ParseStatLine(text, "usage_usec");
}

/** The input ends where its memory does: who reads beyond the answer is found. */
void
Diag(std::string_view text)
{
    const auto answer = std::as_bytes(std::span(text));
    const std::size_t most = text.size() / NLMSG_LENGTH(sizeof(inet_diag_msg));
    for (const Endpoint& server : {Endpoint{"10.0.0.7", 80}, Endpoint{"fd00::7", 80}})
    {
        ConnectionCount count;
        std::size_t sockets = 0;
        const DiagPart part = ReadDiagAnswer(answer,
                                             [&](const DiagSocket& socket)
                                             {
                                                 ++sockets;
                                                 Add(count, socket, server);
                                                 Match(socket, server);
                                             });
        FUZZ_CHECK(sockets <= most && count.open <= sockets);
        FUZZ_CHECK(count.serverEnded <= count.open);
        FUZZ_CHECK(!(part.last && part.error != 0));
    }
}

/** Links, addresses and routes, and what is chosen by them. */
void
Network(std::string_view text)
{
    NetworkMessages messages;
    ParseNetworkMessages(std::as_bytes(std::span(text)), messages);
    const NetworkFacts& facts = messages.there;
    const std::size_t most = text.size() / sizeof(nlmsghdr);
    FUZZ_CHECK(facts.links.size() + facts.addresses.size() + facts.defaultRoutes.size() <= most);
    FUZZ_CHECK(messages.linksGone.size() + messages.addressesGone.size() <= most);
    for (const int family : {AF_INET, AF_INET6})
    {
        for (const Interface& one : ListInterfaces(facts, family))
        {
            FUZZ_CHECK(!one.address.empty() && one.prefixLength <= (family == AF_INET ? 32 : 128));
            const auto chosen = ChooseInterface(facts, family, one.address);
            FUZZ_CHECK(chosen && chosen->address == one.address);
        }
        DefaultLinks(facts, family);
        ChooseInterface(facts, family, "");
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
    case 3:
        Network(choice.text);
        break;
    default:
        break;
    }
    return 0;
}
