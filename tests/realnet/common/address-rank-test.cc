#include "realnet/common/address-rank.h"
#include "tests/catch.h"

#include <algorithm>
#include <linux/if_addr.h>
#include <random>
#include <sys/socket.h>

using namespace sonda;

namespace
{

constexpr std::uint32_t FOR_EVER = 0xFFFFFFFF;

AddressFacts
V6(const std::string& text, std::uint32_t flags, unsigned length = 64)
{
    AddressFacts address;
    address.family = AF_INET6;
    address.address = text;
    address.prefixLength = length;
    address.flags = flags;
    return address;
}

AddressFacts
V4(const std::string& text, unsigned length = 24, std::uint32_t flags = IFA_F_PERMANENT)
{
    AddressFacts address = V6(text, flags, length);
    address.family = AF_INET;
    return address;
}

std::string
Best(const std::vector<AddressFacts>& addresses)
{
    const auto ranked = Ranked(addresses);
    return ranked.empty() ? "" : ranked.front().address;
}

const AddressFacts LASTING = V6("fd00::10", IFA_F_PERMANENT | IFA_F_MANAGETEMPADDR);

} // namespace

TEST_CASE("a permanent, preferred address comes before all others", "[address-rank]")
{
    AddressFacts expired = V6("fd00::2", IFA_F_PERMANENT);
    expired.preferredSeconds = 0;
    AddressFacts bySlaac = V6("fd00::3", IFA_F_MANAGETEMPADDR);
    bySlaac.preferredSeconds = 86400;
    for (const AddressFacts& other : {V6("fd00::1", IFA_F_TEMPORARY),
                                      V6("fd00::1", IFA_F_PERMANENT | IFA_F_DEPRECATED),
                                      expired,
                                      bySlaac,
                                      V6("fd00::100", IFA_F_PERMANENT, 128),
                                      V6("fd00::100", IFA_F_PERMANENT | IFA_F_DEPRECATED, 128)})
    {
        INFO(other.address << "/" << other.prefixLength << ", flags " << other.flags);
        CHECK(Best({other, LASTING}) == "fd00::10");
        CHECK(Best({LASTING, other}) == "fd00::10");
        CHECK(Best({other}) == other.address); // better than none
    }
    CHECK(Best({V6("fd00::1", IFA_F_TEMPORARY), bySlaac}) == "fd00::3");
}

TEST_CASE("an address that may be another host's is not usable", "[address-rank]")
{
    CHECK_FALSE(IsUsable(V6("fd00::1", IFA_F_TENTATIVE)));
    CHECK_FALSE(IsUsable(V6("fd00::1", IFA_F_TENTATIVE | IFA_F_DADFAILED)));
    CHECK_FALSE(IsUsable(V6("fd00::1", IFA_F_PERMANENT | IFA_F_DADFAILED)));
    CHECK(IsUsable(V6("fd00::1", IFA_F_TENTATIVE | IFA_F_OPTIMISTIC)));
    CHECK_FALSE(IsUsable(V6("fe80::1", IFA_F_PERMANENT)));
    CHECK(IsUsable(V4("169.254.1.1", 16)));
    CHECK(Ranked({V6("fd00::1", IFA_F_TENTATIVE)}).empty());
}

TEST_CASE("of IPv4 addresses the network's primary one is best", "[address-rank]")
{
    // What bit 0 means depends on the family.
    const AddressFacts secondary = V4("10.0.0.8", 24, IFA_F_PERMANENT | IFA_F_SECONDARY);
    CHECK(FaultsOf(secondary) == 0);
    CHECK(Best({secondary, V4("10.0.0.7")}) == "10.0.0.7");
    AddressFacts byDhcp = V4("10.0.0.7", 24, 0);
    byDhcp.preferredSeconds = 3600;
    CHECK(Best({V4("10.0.0.100", 32), byDhcp}) == "10.0.0.7");
    CHECK(Best({V4("169.254.3.4", 16), byDhcp}) == "10.0.0.7");
    CHECK(Best({V4("169.254.3.4", 16), V4("10.0.0.100", 32)}) == "10.0.0.100");
    // A VIP of the network's length is a secondary address.
    CHECK(Best({secondary, byDhcp}) == "10.0.0.7");
    AddressFacts onLoopback = V4("127.0.0.1", 8);
    onLoopback.scope = 254;
    CHECK(Best({V4("10.0.0.100", 32), onLoopback}) == "127.0.0.1");
    AddressFacts narrow = V4("10.0.0.9");
    narrow.scope = 253;
    CHECK(Best({narrow, V4("10.0.0.7")}) == "10.0.0.7");
}

TEST_CASE("DHCPv6 and tunnels give addresses of one host's length, too", "[address-rank]")
{
    AddressFacts byDhcp = V6("fd00::7", 0, 128);
    byDhcp.preferredSeconds = 3600;
    CHECK(FaultsOf(byDhcp) == 0);
    CHECK(Best({V6("fd00::100", IFA_F_PERMANENT, 128), byDhcp}) == "fd00::7");
    CHECK(Best({V6("fd00::1", IFA_F_TEMPORARY), byDhcp}) == "fd00::7");
    CHECK(Best({byDhcp, V6("fd00::3", 0)}) == "fd00::3");
    AddressFacts tunnel = V4("10.8.0.1", 32);
    tunnel.hasPeer = true;
    CHECK(FaultsOf(tunnel) == 0);
}

TEST_CASE("of equal addresses the oldest is best, then the first", "[address-rank]")
{
    AddressFacts older = V6("fd00::a", IFA_F_PERMANENT);
    older.created = 100;
    AddressFacts newer = V6("fd00::b", IFA_F_PERMANENT);
    newer.created = 200;
    CHECK(Best({newer, older}) == "fd00::a");
    newer.created = older.created;
    CHECK(Best({newer, older}) == "fd00::b");
    CHECK(Best({older, newer}) == "fd00::a");
}

TEST_CASE("ranking is a strict weak order and keeps every usable address", "[address-rank]")
{
    const unsigned seed = std::random_device()();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const auto any = [&random]
    {
        AddressFacts address = random() % 2 ? V6("fd00::" + std::to_string(random() % 99), 0)
                                            : V4("10.0.0." + std::to_string(1 + random() % 99));
        address.flags = random() % 0x1000;
        address.prefixLength = random() % 3 ? 24 : address.family == AF_INET6 ? 128 : 32;
        address.scope = random() % 2 ? 0 : 253;
        address.preferredSeconds = random() % 3 ? FOR_EVER : random() % 2;
        address.created = random() % 3;
        address.hasPeer = random() % 5 == 0;
        return address;
    };
    for (int round = 0; round < 300; ++round)
    {
        std::vector<AddressFacts> some(1 + random() % 12);
        std::generate(some.begin(), some.end(), any);
        const auto ranked = Ranked(some);
        CHECK(ranked.size() ==
              static_cast<std::size_t>(std::count_if(some.begin(), some.end(), IsUsable)));
        for (std::size_t i = 0; i < ranked.size(); ++i)
        {
            CHECK_FALSE(RanksBefore(ranked[i], ranked[i]));
            for (std::size_t j = i + 1; j < ranked.size(); ++j)
            {
                CHECK_FALSE(RanksBefore(ranked[j], ranked[i]));
                CHECK(FaultsOf(ranked[i]) <= FaultsOf(ranked[j]));
            }
        }
    }
}
