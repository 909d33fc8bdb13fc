#include "realnet/common/network-facts.h"
#include "tests/catch.h"
#include "tests/realnet/common/network-messages.h"

#include <random>

using namespace sonda;

namespace
{

NetworkMessages
Parse(const NetlinkBytes& bytes)
{
    NetworkMessages messages;
    ParseNetworkMessages(bytes, messages);
    return messages;
}

/** A temporary address, as the kernel tells of it. */
NetlinkBytes
TemporaryAddress(int type)
{
    ifaddrmsg head{};
    head.ifa_family = AF_INET6;
    head.ifa_prefixlen = 64;
    head.ifa_flags = IFA_F_TEMPORARY;
    head.ifa_index = 7;
    const ifa_cacheinfo times{20, 30, 4711, 5000};
    return Message(type,
                   head,
                   {AttributeAddress(IFA_ADDRESS, "fd00:1::99"),
                    Attribute(IFA_CACHEINFO, AsBytes(times)),
                    Attribute(IFA_FLAGS, AsBytes(std::uint32_t{IFA_F_TEMPORARY | 0x800}))});
}

/** A default route with its next hop in one of the three ways of the kernel. */
NetlinkBytes
Route(const rtmsg& head, int index, std::uint32_t metric)
{
    return Message(RTM_NEWROUTE,
                   head,
                   {Attribute(RTA_OIF, AsBytes(index)), Attribute(RTA_PRIORITY, AsBytes(metric))});
}

rtmsg
DefaultHead()
{
    rtmsg head{};
    head.rtm_family = AF_INET;
    head.rtm_table = RT_TABLE_MAIN;
    head.rtm_type = RTN_UNICAST;
    return head;
}

} // namespace

TEST_CASE("links are read: name, index, up, loopback, tunnel", "[network-facts]")
{
    const auto messages = Parse(Joined({LinkMessage(RTM_NEWLINK, 1, "lo", IFF_UP | IFF_LOOPBACK),
                                        LinkMessage(RTM_NEWLINK, 2, "eth0", 0),
                                        LinkMessage(RTM_NEWLINK, 3, "tun0", IFF_POINTOPOINT)}));
    const auto& links = messages.there.links;
    REQUIRE(links.size() == 3);
    CHECK((links[0].name == "lo" && links[0].isUp && links[0].isLoopback));
    CHECK((links[1].index == 2 && !links[1].isUp && !links[1].isLoopback));
    CHECK((links[2].isPointToPoint && !links[1].isPointToPoint));
}

TEST_CASE("a port that leaves its bridge is not a link that is gone", "[network-facts]")
{
    const auto messages = Parse(Joined({LinkMessage(RTM_DELLINK, 5, "eth0", IFF_UP, AF_BRIDGE),
                                        LinkMessage(RTM_DELLINK, 6, "eth1", IFF_UP)}));
    CHECK(messages.linksGone == std::vector<int>{6});
}

TEST_CASE("addresses are read with all flags and lifetimes", "[network-facts]")
{
    const auto messages = Parse(TemporaryAddress(RTM_NEWADDR));
    REQUIRE(messages.there.addresses.size() == 1);
    const AddressFacts& address = messages.there.addresses[0];
    CHECK(address.address == "fd00:1::99");
    CHECK(address.index == 7);
    CHECK(address.prefixLength == 64);
    CHECK(address.flags == (IFA_F_TEMPORARY | 0x800)); // more than eight bits
    CHECK(address.preferredSeconds == 20);
    CHECK(address.created == 4711);
    CHECK(Parse(TemporaryAddress(RTM_DELADDR)).addressesGone.at(0).address == "fd00:1::99");
}

TEST_CASE("of a point-to-point address the own end counts", "[network-facts]")
{
    ifaddrmsg head{};
    head.ifa_family = AF_INET;
    head.ifa_prefixlen = 32;
    const auto messages = Parse(Message(
        RTM_NEWADDR,
        head,
        {AttributeAddress(IFA_ADDRESS, "10.0.0.2"), AttributeAddress(IFA_LOCAL, "10.0.0.1")}));
    REQUIRE(messages.there.addresses.size() == 1);
    CHECK(messages.there.addresses[0].address == "10.0.0.1");
    CHECK(messages.there.addresses[0].hasPeer);
}

TEST_CASE("default routes of the main table that lead somewhere are read", "[network-facts]")
{
    rtmsg head = DefaultHead();
    const auto one = Parse(Route(head, 2, 100)).there.defaultRoutes;
    REQUIRE(one.size() == 1);
    CHECK((one[0].family == AF_INET && one[0].index == 2 && one[0].metric == 100));

    const std::vector<std::pair<std::string, rtmsg>> others = [&head]
    {
        std::vector<std::pair<std::string, rtmsg>> list(6, {"", head});
        list[0] = {"unreachable", list[0].second};
        list[0].second.rtm_type = RTN_UNREACHABLE;
        list[1] = {"another destination", list[1].second};
        list[1].second.rtm_dst_len = 8;
        list[2] = {"another table", list[2].second};
        list[2].second.rtm_table = 51;
        list[3] = {"another family", list[3].second};
        list[3].second.rtm_family = AF_BRIDGE;
        list[4] = {"dead", list[4].second};
        list[4].second.rtm_flags = RTNH_F_DEAD;
        list[5] = {"from some sources only", list[5].second};
        list[5].second.rtm_src_len = 64;
        return list;
    }();
    for (const auto& [what, other] : others)
    {
        INFO(what);
        CHECK(Parse(Route(other, 2, 0)).there.defaultRoutes.empty());
    }
}

TEST_CASE("a route over several ways is by the first that is alive", "[network-facts]")
{
    rtnexthop dead{sizeof(rtnexthop), RTNH_F_DEAD, 0, 2};
    rtnexthop alive{sizeof(rtnexthop), 0, 0, 3};
    const auto routes =
        Parse(Message(RTM_NEWROUTE,
                      DefaultHead(),
                      {Attribute(RTA_MULTIPATH, Joined({AsBytes(dead), AsBytes(alive)}))}))
            .there.defaultRoutes;
    REQUIRE(routes.size() == 1);
    CHECK(routes[0].index == 3);
    // A table number above 255 is in an attribute.
    CHECK(Parse(Message(RTM_NEWROUTE,
                        DefaultHead(),
                        {Attribute(RTA_OIF, AsBytes(2)),
                         Attribute(RTA_TABLE, AsBytes(std::uint32_t{51820}))}))
              .there.defaultRoutes.empty());
}

TEST_CASE("ends, errors and interruptions of an answer are noted", "[network-facts]")
{
    CHECK(Parse(Message(NLMSG_DONE, std::int32_t{0})).isLast);
    const auto refused = Parse(Message(NLMSG_ERROR, nlmsgerr{-EPERM, {}}));
    CHECK((refused.isLast && refused.failure == EPERM));
    CHECK(Parse(Message(NLMSG_DONE, std::int32_t{0}, {}, NLM_F_DUMP_INTR)).isInterrupted);
    CHECK_FALSE(Parse({}).isLast);
}

TEST_CASE("messages that are cut short or lie about lengths add nothing wrong", "[network-facts]")
{
    const NetlinkBytes whole = Joined({LinkMessage(RTM_NEWLINK, 2, "eth0", IFF_UP),
                                       TemporaryAddress(RTM_NEWADDR),
                                       Route(DefaultHead(), 2, 1)});
    for (std::size_t size = 0; size < whole.size(); ++size)
    {
        // In a block of its own, so that a sanitizer sees what is read behind the end.
        const auto messages = Parse(NetlinkBytes(whole.begin(), whole.begin() + size));
        CHECK(messages.there.defaultRoutes.empty());
    }
    const unsigned seed = std::random_device()();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int i = 0; i < 20000; ++i)
    {
        NetlinkBytes changed = whole;
        for (int changes = 0; changes < 3; ++changes)
        {
            changed[random() % changed.size()] = static_cast<std::byte>(random());
        }
        const auto messages = Parse(changed);
        CHECK(messages.there.links.size() + messages.there.addresses.size() +
                  messages.there.defaultRoutes.size() <=
              3);
    }
}
