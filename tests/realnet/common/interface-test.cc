#include "realnet/common/interface-slots.h"
#include "tests/catch.h"

#include <linux/if_addr.h>
#include <sys/socket.h>

using namespace sonda;

namespace
{

constexpr int LO = 1;
constexpr int ETH0 = 2;
constexpr int ETH1 = 3;
constexpr int TUN0 = 4;

AddressFacts
At(int index, const std::string& text, unsigned length = 24, std::uint32_t flags = IFA_F_PERMANENT)
{
    AddressFacts address;
    address.index = index;
    address.family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
    address.address = text;
    address.prefixLength = length;
    address.flags = flags;
    return address;
}

/** eth0 with two addresses and the default route, eth1 down, a tunnel. */
NetworkFacts
Machine()
{
    NetworkFacts facts;
    facts.links = {{LO, "lo", true, true, false},
                   {ETH0, "eth0", true, false, false},
                   {ETH1, "eth1", false, false, false},
                   {TUN0, "tun0", false, false, true}};
    facts.addresses = {At(LO, "127.0.0.1", 8),
                       At(ETH0, "10.0.0.7"),
                       At(ETH0, "10.0.1.7"),
                       At(ETH1, "10.1.0.7"),
                       At(TUN0, "10.8.0.7")};
    facts.defaultRoutes = {{AF_INET, ETH0, 100}};
    return facts;
}

std::string
AddressOf(const NetworkFacts& facts, const std::string& wanted, const Interface* current = nullptr)
{
    const auto chosen = ChooseInterface(facts, AF_INET, wanted, current);
    return chosen ? chosen->address : "none";
}

std::string
Why(const NetworkFacts& facts, const std::string& wanted)
{
    const auto chosen = ChooseInterface(facts, AF_INET, wanted);
    return chosen ? "" : chosen.GetError().message;
}

} // namespace

TEST_CASE("an interface is chosen by name, address or default", "[interface]")
{
    CHECK(AddressOf(Machine(), "lo") == "127.0.0.1");
    CHECK(AddressOf(Machine(), "10.0.1.7") == "10.0.1.7");
    CHECK(AddressOf(Machine(), "") == "10.0.0.7");
    CHECK(AddressOf(Machine(), "eth1") == "none"); // is down
    CHECK(ChooseInterface(Machine(), AF_INET, "eth0")->prefixLength == 24);
}

TEST_CASE("the default interface has the default route of least metric", "[interface]")
{
    NetworkFacts facts = Machine();
    facts.links[2].isUp = true;
    facts.defaultRoutes.push_back({AF_INET, ETH1, 600});
    CHECK(AddressOf(facts, "") == "10.0.0.7");
    facts.defaultRoutes[1].metric = 50;
    CHECK(AddressOf(facts, "") == "10.1.0.7");
    facts.defaultRoutes[1].family = AF_INET6;
    CHECK(AddressOf(facts, "") == "10.0.0.7");
    // A link without an address cannot be it.
    facts.defaultRoutes[1] = {AF_INET, ETH1, 50};
    facts.addresses.erase(facts.addresses.begin() + 3);
    CHECK(AddressOf(facts, "") == "10.0.0.7");
}

TEST_CASE("a tunnel is the default interface only where no other has a route", "[interface]")
{
    NetworkFacts facts = Machine();
    facts.links[3].isUp = true;
    facts.defaultRoutes.push_back({AF_INET, TUN0, 50});
    CHECK(DefaultLinks(facts, AF_INET) == std::vector<int>{ETH0, TUN0});
    CHECK(AddressOf(facts, "") == "10.0.0.7");
    facts.defaultRoutes.erase(facts.defaultRoutes.begin());
    CHECK(AddressOf(facts, "") == "10.8.0.7");
    // A VPN that comes up later takes nobody away from the LAN.
    const auto current = ChooseInterface(Machine(), AF_INET, "");
    CHECK(AddressOf(facts, "", &*current) == "10.0.0.7");
}

TEST_CASE("on a network without a gateway the only interface is chosen", "[interface]")
{
    NetworkFacts facts = Machine();
    facts.defaultRoutes.clear();
    CHECK(AddressOf(facts, "") == "10.0.0.7");
    facts.links[2].isUp = true;
    CHECK(AddressOf(facts, "") == "none");
    // One that is in use already is kept when another comes, or when the default route goes.
    const auto current = ChooseInterface(Machine(), AF_INET, "");
    CHECK(AddressOf(facts, "", &*current) == "10.0.0.7");
}

TEST_CASE("an address that is in use is kept while none has fewer faults", "[interface]")
{
    NetworkFacts facts = Machine();
    const auto second = ChooseInterface(facts, AF_INET, "10.0.1.7");
    CHECK(AddressOf(facts, "eth0", &*second) == "10.0.1.7");
    facts.addresses.erase(facts.addresses.begin() + 2);
    CHECK(AddressOf(facts, "eth0", &*second) == "10.0.0.7");

    facts.addresses = {At(ETH0, "10.0.0.100", 32)};
    const auto virtualOne = ChooseInterface(facts, AF_INET, "eth0");
    CHECK(virtualOne->address == "10.0.0.100");
    facts.addresses.push_back(At(ETH0, "10.0.0.7"));
    CHECK(AddressOf(facts, "eth0", &*virtualOne) == "10.0.0.7");
    // But whoever asked for it by name gets it.
    CHECK(AddressOf(facts, "10.0.0.100", &*virtualOne) == "10.0.0.100");
}

TEST_CASE("an interface made anew is another one, though its address is the same", "[interface]")
{
    NetworkFacts facts = Machine();
    const auto current = ChooseInterface(facts, AF_INET, "eth0");
    facts.links[1].index = 9;
    facts.addresses[1].index = facts.addresses[2].index = 9;
    CHECK(ChooseInterface(facts, AF_INET, "eth0", &*current)->index == 9);
}

TEST_CASE("what is missing is told, with the right choices", "[interface]")
{
    CHECK(Why(Machine(), "eth7") ==
          "\"eth7\" is neither name nor address of an interface that is up; there are lo "
          "(127.0.0.1), eth0 (10.0.0.7), eth0 (10.0.1.7)");
    CHECK(Why(Machine(), "eth1").starts_with("\"eth1\" is down; there are lo (127.0.0.1), "));
    CHECK(Why(Machine(), "10.1.0.7").starts_with("eth1, which has \"10.1.0.7\", is down; there "));
    NetworkFacts bare = Machine();
    bare.addresses.clear();
    CHECK(Why(bare, "eth0") == "\"eth0\" has no IPv4 address that can be used (yet); none has an "
                               "address of that kind");
    bare.defaultRoutes.clear();
    CHECK(Why(bare, "").starts_with("none has the default route, and none is the only one"));
}

TEST_CASE("a text that can be no interface is told from one that is not there", "[interface]")
{
    for (const char* good : {"eth7", "enp0s31f6", "br-lan", "10.9.9.9", "veth.100", "7"})
    {
        INFO(good);
        CHECK_FALSE(CheckInterfaceName(good, AF_INET));
    }
    for (const char* bad : {"",
                            "10.0.0.256",
                            "10.0.0",
                            "eth 0",
                            "eth0:1",
                            "a/b",
                            "fd00::1",
                            "a-name-of-16-byt",
                            "0.0.0.0",
                            "239.8.8.8",
                            ".",
                            ".."})
    {
        INFO(bad);
        CHECK(CheckInterfaceName(bad, AF_INET));
    }
    CHECK_FALSE(CheckInterfaceName("fd00::1", AF_INET6));
    CHECK(CheckInterfaceName("fe80::1", AF_INET6));
    CHECK(CheckInterfaceName("10.9.9.9", AF_INET6));
}

TEST_CASE("slots tell who came, went, moved, each by itself", "[interface]")
{
    InterfaceSlots slots({"eth0", "eth1"}, AF_INET);
    NetworkFacts facts = Machine();
    REQUIRE(slots.Update(facts).size() == 1);
    CHECK(slots.Describe() == "eth0 (10.0.0.7), eth1 (not there)");
    CHECK(slots.Update(facts).empty());

    facts.links[2].isUp = true;
    const auto came = slots.Update(facts);
    REQUIRE(came.size() == 1);
    CHECK((came[0].slot == 1 && !came[0].before));
    CHECK(slots.Describe() == "eth0 (10.0.0.7), eth1 (10.1.0.7)");

    facts.links[1].isUp = false;
    const auto went = slots.Update(facts);
    REQUIRE(went.size() == 1);
    CHECK((went[0].slot == 0 && went[0].before->address == "10.0.0.7"));
    CHECK(slots.Get(0).why.starts_with("\"eth0\" is down"));
    CHECK(slots.Present().size() == 1);

    facts.links[1].isUp = true;
    facts.addresses[1] = At(ETH0, "10.0.0.8");
    REQUIRE(slots.Update(facts).size() == 1);
    CHECK(slots.Get(0).interface->address == "10.0.0.8");
}

TEST_CASE("what went and came back unseen is told of, too", "[interface]")
{
    InterfaceSlots slots({"eth0", "eth1"}, AF_INET);
    NetworkFacts facts = Machine();
    facts.links[2].isUp = true;
    slots.Update(facts);
    NetworkMessages news;
    news.addressesGone = {At(ETH0, "10.0.1.7"), At(ETH1, "10.0.0.7")};
    slots.Disturb(news); // not those in use
    CHECK(slots.Update(facts).empty());
    news.addressesGone = {At(ETH0, "10.0.0.7")};
    slots.Disturb(news);
    REQUIRE(slots.Update(facts).size() == 1);
    CHECK(slots.Update(facts).empty());
    news.addressesGone.clear();
    news.linksGone = {ETH1};
    slots.Disturb(news);
    const auto changes = slots.Update(facts);
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].slot == 1);
    slots.DisturbAll();
    CHECK(slots.Update(facts).size() == 2);
}

TEST_CASE("two names of one interface are one interface", "[interface]")
{
    InterfaceSlots slots({"eth0", "10.0.1.7"}, AF_INET);
    slots.Update(Machine());
    CHECK_FALSE(slots.Get(1).interface);
    CHECK(slots.Get(1).why ==
          "\"10.0.1.7\" is an interface that was given before: eth0 (10.0.0.7)");
}

TEST_CASE("two interfaces may swap their addresses", "[interface]")
{
    InterfaceSlots slots({"eth0", "10.1.0.7"}, AF_INET);
    NetworkFacts facts = Machine();
    facts.links[2].isUp = true;
    slots.Update(facts);
    CHECK(slots.Describe() == "eth0 (10.0.0.7), eth1 (10.1.0.7)");
    facts.addresses = {At(ETH1, "10.0.0.7"), At(ETH0, "10.1.0.7")};
    slots.Update(facts);
    CHECK(slots.Get(0).interface->address == "10.1.0.7");
    CHECK_FALSE(slots.Get(1).interface); // by name it is the first one's now
    facts.addresses = {At(ETH0, "10.0.0.7"), At(ETH1, "10.1.0.7")};
    CHECK(slots.Update(facts).size() == 2);
    CHECK(slots.Describe() == "eth0 (10.0.0.7), eth1 (10.1.0.7)");
}

TEST_CASE("this machine has a loopback interface, and names are checked before", "[interface]")
{
    const auto found = FindInterfaces({"lo"}, AF_INET);
    REQUIRE(found);
    CHECK(found->Describe() == "lo (127.0.0.1)");
    const auto absent = FindInterfaces({"lo", "nowhere"}, AF_INET);
    REQUIRE(absent);
    CHECK(absent->Describe() == "lo (127.0.0.1), nowhere (not there)");
    CHECK_FALSE(FindInterfaces({"lo", "127.0.0.1"}, AF_INET));
    CHECK_FALSE(FindInterfaces({"nowhere", "nowhere"}, AF_INET));
    CHECK_FALSE(FindInterfaces({"eth0:1"}, AF_INET));
}
