#include "realnet/common/interface.h"
#include "tests/catch.h"

using namespace sonda;

namespace
{

const std::vector<Interface> MACHINE = {{"lo", 1, "127.0.0.1", true},
                                        {"eth0", 2, "10.0.0.7"},
                                        {"eth0", 2, "10.0.1.7"}};

const char* const ROUTES =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
    "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
    "eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";

} // namespace

TEST_CASE("the default interface has the default route of least metric", "[interface]")
{
    CHECK(DefaultRouteInterface(ROUTES) == "eth0");
    CHECK_FALSE(DefaultRouteInterface(""));
    CHECK_FALSE(DefaultRouteInterface("Iface\tDestination\n"));
}

TEST_CASE("an interface is chosen by name, address or default", "[interface]")
{
    CHECK(ChooseInterface(MACHINE, "lo", "eth0")->address == "127.0.0.1");
    CHECK(ChooseInterface(MACHINE, "10.0.1.7", std::nullopt)->address == "10.0.1.7");
    CHECK(ChooseInterface(MACHINE, "", "eth0")->address == "10.0.0.7");
}

TEST_CASE("on a network without a gateway the only interface is chosen", "[interface]")
{
    CHECK(ChooseInterface(MACHINE, "", std::nullopt)->address == "10.0.0.7");
    auto several = MACHINE;
    several.push_back({"eth1", 3, "10.0.2.7"});
    CHECK_FALSE(ChooseInterface(several, "", std::nullopt));
    CHECK(ChooseInterface(several, "", "eth1")->address == "10.0.2.7");
}

TEST_CASE("a wrong choice names the right ones", "[interface]")
{
    const auto unknown = ChooseInterface(MACHINE, "eth7", "eth0");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.GetError().message.find("eth0 (10.0.1.7)") != std::string::npos);
    const auto none = ChooseInterface({MACHINE[0]}, "", std::nullopt);
    REQUIRE_FALSE(none);
    CHECK(none.GetError().message.find("none has the default route") != std::string::npos);
    CHECK(none.GetError().message.find("lo (127.0.0.1)") != std::string::npos);
}

TEST_CASE("several interfaces are chosen in the order given, each once", "[interface]")
{
    const auto two = ChooseInterfaces(MACHINE, {"10.0.1.7", "lo"}, "eth0");
    REQUIRE(two);
    CHECK(ToString(*two) == "eth0 (10.0.1.7), lo (127.0.0.1)");
    CHECK(ToString(*ChooseInterfaces(MACHINE, {}, "eth0")) == "eth0 (10.0.0.7)");
    const auto unknown = ChooseInterfaces(MACHINE, {"lo", "eth7"}, "eth0");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.GetError().message.find("\"eth7\" is neither") == 0);
    const auto twice = ChooseInterfaces(MACHINE, {"eth0", "lo", "10.0.1.7"}, "eth0");
    REQUIRE_FALSE(twice);
    CHECK(twice.GetError().message ==
          "\"10.0.1.7\" is an interface that was given before: eth0 (10.0.0.7)");
}
