#include "model/control/whereabouts.h"
#include "tests/catch.h"
#include "tests/model/support/monitor-bench.h"

#include <string>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** eth0 of the monitor's host: 10.77.0.1/24 and 192.168.5.1/30, fd00:77::1/64 and fe80::1/64. */
Link
Eth0()
{
    return {{*Prefix::Around("10.77.0.1", 24),
             *Prefix::Around("192.168.5.1", 30),
             *Prefix::Around("fd00:77::1", 64),
             *Prefix::Around("fe80::1", 64)}};
}

ProbeResponse
Advertise(const char* address, bool hasNonce)
{
    ProbeResponse response;
    response.server = {address, 80};
    response.nonce = hasNonce ? std::optional<std::string>(std::string(32, 'a')) : std::nullopt;
    return response;
}

struct Case
{
    const char* advertised;
    const char* source;
    const char* verdict;
};

std::string
Verdict(const ProbeResponse& response,
        const Sender& sender,
        const std::optional<Link>& link,
        ForeignSources allowed)
{
    const auto refusal = CheckWhereabouts(response, sender, link, allowed);
    return refusal ? ToString(refusal->reason) : "accepted";
}

std::string
Remote(const Case& one, bool hasNonce, ForeignSources allowed = ForeignSources::ON_LINK)
{
    return Verdict(Advertise(one.advertised, hasNonce), {one.source, false}, Eth0(), allowed);
}

} // namespace

TEST_CASE("what another host advertises must be possible, seen from here")
{
    for (const Case& one : {Case{"10.77.0.11", "10.77.0.11", "accepted"},
                            // A neighbour's, of any of the link's networks.
                            Case{"10.77.0.12", "10.77.0.11", "accepted"},
                            Case{"192.168.5.2", "10.77.0.11", "accepted"},
                            Case{"fd00:77::5", "fe80::5", "accepted"},
                            // An agent of several networks, which has heard the request.
                            Case{"10.78.0.9", "10.78.0.9", "accepted"},
                            Case{"10.78.0.9", "10.77.0.11", "foreign-source"},
                            Case{"93.184.216.34", "10.77.0.11", "foreign-source"},
                            Case{"fd00:78::1", "fe80::5", "foreign-source"},
                            Case{"127.0.0.1", "10.77.0.66", "impossible-address"},
                            Case{"127.0.0.1", "127.0.0.1", "impossible-address"}, // forged
                            Case{"127.9.9.9", "10.77.0.66", "impossible-address"},
                            Case{"::1", "fe80::66", "impossible-address"},
                            Case{"169.254.169.254", "10.77.0.66", "impossible-address"},
                            Case{"169.254.169.254", "169.254.169.254", "impossible-address"},
                            Case{"10.77.0.255", "10.77.0.66", "impossible-address"},
                            Case{"10.77.0.255", "10.77.0.255", "impossible-address"},
                            Case{"10.77.0.0", "10.77.0.66", "impossible-address"},
                            Case{"192.168.5.3", "10.77.0.66", "impossible-address"}})
    {
        CAPTURE(one.advertised, one.source);
        CHECK(Remote(one, true) == one.verdict);
    }
}

TEST_CASE("an answer without nonce counts from the link only, and for its own address only")
{
    for (const Case& one : {Case{"10.77.0.11", "10.77.0.11", "accepted"},
                            Case{"192.168.5.2", "192.168.5.2", "accepted"},
                            Case{"10.77.0.12", "10.77.0.11", "foreign-source"},
                            Case{"10.78.0.9", "10.78.0.9", "off-link"},
                            Case{"10.77.0.11", "10.78.0.9", "off-link"},
                            Case{"8.8.8.8", "8.8.8.8", "off-link"},
                            Case{"127.0.0.1", "10.77.0.66", "impossible-address"}})
    {
        CAPTURE(one.advertised, one.source);
        CHECK(Remote(one, false) == one.verdict);
    }
}

TEST_CASE("the operator may allow fewer addresses, or all that a server can have")
{
    const Case neighbour{"10.77.0.12", "10.77.0.11", ""};
    const Case far{"10.78.0.9", "10.77.0.11", ""};
    CHECK(Remote(neighbour, true, ForeignSources::REFUSED) == "foreign-source");
    CHECK(Remote(far, true, ForeignSources::ACCEPTED) == "accepted");
    CHECK(Remote(neighbour, false, ForeignSources::ACCEPTED) == "accepted");
    // Never what is impossible, nor without nonce from afar.
    CHECK(Remote({"127.0.0.1", "10.77.0.66", ""}, true, ForeignSources::ACCEPTED) ==
          "impossible-address");
    CHECK(Remote({"10.78.0.9", "10.78.0.9", ""}, false, ForeignSources::ACCEPTED) == "off-link");
}

TEST_CASE("this host may advertise what it can have, unless only own addresses count")
{
    const Link lo{{*Prefix::Around("127.0.0.1", 8)}};
    for (const bool hasNonce : {true, false})
    {
        for (const char* address : {"127.0.0.2", "127.0.0.1"})
        {
            const ProbeResponse response = Advertise(address, hasNonce);
            CHECK(Verdict(response, {"127.0.0.1", true}, lo, ForeignSources::ON_LINK) ==
                  "accepted");
            CHECK(Verdict(response, {"127.0.0.9", true}, lo, ForeignSources::REFUSED) ==
                  "foreign-source");
            CHECK(Verdict(response, {"127.0.0.1", true}, Eth0(), ForeignSources::ON_LINK) ==
                  "accepted");
        }
    }
}

TEST_CASE("nothing is held against a link that is not known, but loopback from elsewhere")
{
    ProbeResponse response;
    response.server = {"10.78.0.9", 80};
    CHECK(Verdict(response, {"10.78.0.9", false}, std::nullopt, ForeignSources::ON_LINK) ==
          "accepted");
    response.server = {"127.0.0.1", 80};
    CHECK(Verdict(response, {"10.78.0.9", false}, std::nullopt, ForeignSources::ON_LINK) ==
          "impossible-address");
}

TEST_CASE("a link without addresses has no neighbours")
{
    ProbeResponse response;
    response.server = {"10.77.0.11", 80};
    CHECK(Verdict(response, {"10.77.0.11", false}, Link(), ForeignSources::ON_LINK) == "off-link");
}

TEST_CASE("a monitor holds answers to its link, and uses up nothing for those it refuses")
{
    MonitorBench bench;
    bench.monitor.SetLink(Eth0());
    bench.Probe(0);
    const std::string base =
        R"({"tipo":"probe response","RAM":8e9,"CPU":99,"IP":"10.78.0.9","Door":80})";
    CHECK(bench.Hear(base, "10.78.0.9", At(0.1)) == "off-link");
    bench.answer.server.address = "10.77.0.11";
    bench.answer.nonce = bench.nonces[0];
    CHECK(bench.Hear(Encode(bench.answer), "10.78.0.9", At(0.1)) == "accepted");
    bench.answer.id = "eight";
    bench.answer.server.address = "127.0.0.1";
    CHECK(bench.Hear(Encode(bench.answer), "10.77.0.66", At(0.1)) == "impossible-address");
    bench.answer.server.address = "10.77.0.11";
    CHECK(bench.Hear(Encode(bench.answer), "10.77.0.11", At(0.1)) == "accepted");
}
