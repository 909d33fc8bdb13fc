#include "model/protocol/auth.h"
#include "model/protocol/codec.h"
#include "tests/catch.h"
#include "tests/model/support/seeded-stream.h"

#include <stdexcept>
#include <string>

using namespace sonda;
using namespace sonda::test;

namespace
{

const std::string K1 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const std::string K2 = "//////////////////////////////////////////8=";
const std::string SENDER = "10.0.0.7";
const std::string PDU = R"({"tipo":"probe request"})";

Keyring
Ring(const std::string& text)
{
    auto ring = Keyring::Parse(text, "ring");
    INFO((ring ? "" : ring.GetError().message));
    REQUIRE(ring);
    return *ring;
}

/** The keys of an agent, from a monitor's; \p more: further lines of its file. */
Keyring
AgentRing(const Keyring& monitor, const std::string& id, const std::string& more = "")
{
    return Ring(*monitor.DeriveAgentFile(id) + more);
}

std::string
Verdict(const Keyring& ring, Role role, const std::string& datagram)
{
    const auto verified = ring.Verify(role, SENDER, datagram);
    return verified ? "by " + (verified->agent.empty() ? "anybody" : verified->agent)
                    : ToString(verified.GetError().reason);
}

std::string
Request(const Keyring& from, const Keyring& to)
{
    return Verdict(to, Role::REQUEST, from.Seal(Role::REQUEST, SENDER, PDU));
}

std::string
Response(const Keyring& from, const Keyring& to)
{
    return Verdict(to, Role::RESPONSE, from.Seal(Role::RESPONSE, SENDER, PDU));
}

} // namespace

TEST_CASE("a monitor with a master key and agents with derived ones understand each other")
{
    const Keyring monitor = Ring("master m " + K1 + "\nactive m\nlabel lab\n");
    CHECK(monitor.HoldsMaster());
    for (const char* id : {"web1", "10.0.0.7:80", "a/b=c mac", "~!@$%^&*()"})
    {
        if (std::string(id).find(' ') != std::string::npos)
        {
            CHECK_FALSE(monitor.DeriveAgentFile(id));
            continue;
        }
        CAPTURE(id);
        const Keyring agent = AgentRing(monitor, id);
        CHECK(agent.AgentId() == id);
        CHECK_FALSE(agent.HoldsMaster());
        CHECK(Request(monitor, agent) == "by anybody");
        CHECK(Response(agent, monitor) == std::string("by ") + id);
    }
}

TEST_CASE("what one agent has is good for no other part")
{
    const Keyring monitor = Ring("master m " + K1 + "\nactive m\n");
    const Keyring one = AgentRing(monitor, "one");
    const Keyring two = AgentRing(monitor, "two");
    CHECK_THROWS_AS(one.Seal(Role::REQUEST, SENDER, PDU), std::logic_error);
    CHECK_THROWS_AS(monitor.Seal(Role::RESPONSE, SENDER, PDU), std::logic_error);
    // Another agent's name on a datagram of one.
    std::string forged = one.Seal(Role::RESPONSE, SENDER, PDU);
    forged.replace(forged.find("m/one"), 5, "m/two");
    CHECK(Verdict(monitor, Role::RESPONSE, forged) == "bad-mac");
    // A response for a request, to a monitor and to an agent.
    const std::string response = one.Seal(Role::RESPONSE, SENDER, PDU);
    CHECK(Verdict(two, Role::REQUEST, response) == "unknown-key");
    CHECK(Verdict(one, Role::REQUEST, response) == "unknown-key");
    // The key of an agent as if all shared it: it signs, but nobody believes it.
    const std::string file = *monitor.DeriveAgentFile("one");
    const std::string own = file.substr(file.find("one ", file.find("agent m")) + 4, 44);
    const Keyring asShared = Ring("key m " + own + "\nactive m\n");
    CHECK(Request(asShared, two) == "unknown-key");
    CHECK(Response(asShared, monitor) == "unknown-key");
    // A request is no response.
    CHECK(Verdict(monitor, Role::RESPONSE, monitor.Seal(Role::REQUEST, SENDER, PDU)) ==
          "unknown-key");
}

TEST_CASE("one changed bit anywhere is noticed, in signatures as in codes")
{
    const Keyring monitor = Ring("master m " + K1 + "\nactive m\n");
    const Keyring agent = AgentRing(monitor, "one");
    const auto check = [](const Keyring& ring, Role role, const std::string& sealed)
    {
        REQUIRE(Verdict(ring, role, sealed).substr(0, 3) == "by ");
        for (std::size_t at = 0; at < sealed.size(); ++at)
        {
            for (int bit = 0; bit < 8; ++bit)
            {
                std::string changed = sealed;
                changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
                CAPTURE(at, bit, changed);
                REQUIRE(Verdict(ring, role, changed).substr(0, 3) != "by ");
            }
        }
    };
    check(agent, Role::REQUEST, monitor.Seal(Role::REQUEST, SENDER, PDU));
    check(monitor, Role::RESPONSE, agent.Seal(Role::RESPONSE, SENDER, PDU));
}

TEST_CASE("from a shared key to derived ones without a gap, and from one master to the next")
{
    const std::string shared = "key s " + K2 + "\n";
    const std::string master = "master m " + K1 + "\n";
    const std::string agentLine = [&]
    {
        const std::string file = *Ring(master + "active m\n").DeriveAgentFile("one");
        const auto begin = file.find("agent m");
        return file.substr(begin, file.find('\n', begin) + 1 - begin);
    }();
    const Keyring agents[] = {Ring(shared + "active s\n"),
                              Ring(shared + agentLine + "active s\n"),
                              Ring(shared + agentLine + "active m\n"),
                              Ring(agentLine + "active m\n")};
    const Keyring monitors[] = {Ring(shared + "active s\n"),
                                Ring(shared + master + "active s\n"),
                                Ring(shared + master + "active m\n"),
                                Ring(master + "active m\n")};
    // The order of docs/protocol.md: agents learn, the monitor learns, agents switch, it switches.
    for (const auto& [monitor, agent] :
         {std::pair{0, 0}, {0, 1}, {1, 1}, {1, 2}, {2, 2}, {3, 2}, {2, 3}, {3, 3}})
    {
        CAPTURE(monitor, agent);
        CHECK(Request(monitors[monitor], agents[agent]) == "by anybody");
        CHECK(Response(agents[agent], monitors[monitor]).substr(0, 3) == "by ");
    }
    // Rotation of the master: agents have the keys of both, the monitor switches.
    const Keyring both = Ring(master + "master n " + K2 + "\nactive m\n");
    const Keyring next = Ring(master + "master n " + K2 + "\nactive n\n");
    const Keyring agent = AgentRing(both, "one");
    CHECK(Request(both, agent) == "by anybody");
    CHECK(Request(next, agent) == "by anybody");
    CHECK(Response(agent, next) == "by one");
    CHECK(Response(AgentRing(next, "one"), both) == "by one");
}

TEST_CASE("faults of key files with such keys are told by line")
{
    const auto error = [](const std::string& text)
    {
        const auto ring = Keyring::Parse(text, "keys");
        return ring ? "accepted" : ring.GetError().message;
    };
    const auto contains = [](const std::string& text, const std::string& part)
    {
        INFO(text);
        CHECK(text.find(part) != std::string::npos);
        CHECK(text.find(K1.substr(0, 12)) == std::string::npos);
    };
    const std::string agent = "agent m one " + K1 + " " + K2;
    CHECK(error(agent + "\nactive m\n") == "accepted");
    contains(error("agent m one " + K1 + "\nactive m\n"), ", line 1: expected 'key KID BASE64'");
    contains(error("agent m " + std::string(65, 'x') + " " + K1 + " " + K2), ", line 1: expected");
    contains(error("agent m one AAAA " + K1 + "\n"), ", line 1: the two keys of an agent");
    contains(error(agent + "\nagent n two " + K1 + " " + K2), ", line 2: keys of agent 'one'");
    contains(error(agent + "\nmaster n " + K1 + "\nactive n\n"), "no host needs both");
    contains(error("master m AAAA"), ", line 1: a key is 32 bytes in base64");
    contains(error("master m " + K1 + "\nkey m " + K2), ", line 2: key id 'm' stands here twice");
    CHECK_FALSE(Ring("key s " + K1 + "\nactive s\n").DeriveAgentFile("one"));
}

TEST_CASE("before the code is checked nothing but the trailer is looked at")
{
    constexpr std::uint64_t seed = 20261130;
    SeededStream random(seed);
    const Keyring monitor = Ring("master m " + K1 + "\nkey s " + K2 + "\nactive m\n");
    const std::string trailers[] = {
        "auth b2 kid=s mac=AAAAAAAAAAAAAAAAAAAAAA",
        "auth b2 kid=m/one mac=AAAAAAAAAAAAAAAAAAAAAA",
        "auth ed kid=m sig=" + std::string(86, 'A'),
    };
    for (int i = 0; i < 20'000; ++i)
    {
        std::string pdu(random.Below(1'200), '\0');
        for (char& byte : pdu)
        {
            byte = static_cast<char>(random.Below(256));
            byte = byte == '\n' ? ' ' : byte;
        }
        INFO("seed " << seed << ", case " << i);
        // The verdict is the trailer's, whatever stands before it.
        REQUIRE(Verdict(monitor, Role::RESPONSE, pdu) == "unsigned");
        REQUIRE(Verdict(monitor, Role::RESPONSE, pdu + '\n' + trailers[0]) == "bad-mac");
        REQUIRE(Verdict(monitor, Role::RESPONSE, pdu + '\n' + trailers[1]) == "bad-mac");
        REQUIRE(Verdict(monitor, Role::RESPONSE, pdu + '\n' + trailers[2]) == "unknown-key");
    }
    for (int i = 0; i < 200'000; ++i)
    {
        std::string line = trailers[i % 3];
        for (std::size_t changes = 1 + random.Below(3); changes > 0; --changes)
        {
            line[random.Below(line.size())] = static_cast<char>(random.Below(256));
        }
        INFO("seed " << seed << ", case " << i << ": " << line);
        if (const auto trailer = ParseTrailer(line))
        {
            REQUIRE(IsKeyName(trailer->kid));
            REQUIRE((trailer->agent.empty() || IsSignerId(trailer->agent)));
            REQUIRE(trailer->code.size() == CodeSize(trailer->scheme));
        }
        REQUIRE(Verdict(monitor, Role::RESPONSE, PDU + '\n' + line).substr(0, 3) != "by ");
    }
}
