#include "model/protocol/auth.h"
#include "tests/catch.h"

#include <string>
#include <vector>

using namespace sonda;

namespace
{

struct Vector
{
    std::string key;
    std::string role;
    std::string label;
    std::string sender;
    std::string pdu;
    std::string kid;
    std::string mac;
};

/** Computed by tests/model/auth_vectors.py, which knows nothing of our code. */
const std::vector<Vector> VECTORS = {
#include "tests/model/protocol/auth-vectors.inc"
};

Role
RoleOf(const Vector& vector)
{
    return vector.role == "Q" ? Role::REQUEST : Role::RESPONSE;
}

Keyring
RingOf(const Vector& vector)
{
    std::string text = "key " + vector.kid + " " + vector.key + "\nactive " + vector.kid + "\n";
    if (!vector.label.empty())
    {
        text += "label " + vector.label + "\n";
    }
    return *Keyring::Parse(text, "vector");
}

/** Of derived keys; by the same. */
struct DerivedVector
{
    std::string master;
    std::string label;
    std::string sender;
    std::string pdu;
    std::string kid;
    std::string agent;
    std::string key;
    std::string publicKey;
    std::string mac;
    std::string signature;
};

const std::vector<DerivedVector> DERIVED = {
#include "tests/model/protocol/auth-derived-vectors.inc"
};

} // namespace

TEST_CASE("derived keys and signatures are the ones that an independent implementation computes")
{
    REQUIRE(DERIVED.size() >= 3);
    for (const auto& vector : DERIVED)
    {
        CAPTURE(vector.kid, vector.agent);
        const std::string end = "active " + vector.kid + "\n" +
                                (vector.label.empty() ? "" : "label " + vector.label + "\n");
        const Keyring monitor =
            *Keyring::Parse("master " + vector.kid + " " + vector.master + "\n" + end, "vector");
        const std::string line = "agent " + vector.kid + " " + vector.agent + " " + vector.key +
                                 " " + vector.publicKey + "\n";
        const auto file = monitor.DeriveAgentFile(vector.agent);
        REQUIRE(file);
        CHECK(file->substr(file->find('\n') + 1) == line + end);
        const Keyring agent = *Keyring::Parse(line + end, "vector");
        const std::string response = agent.Seal(Role::RESPONSE, vector.sender, vector.pdu);
        CHECK(response == vector.pdu + "\nauth b2 kid=" + vector.kid + "/" + vector.agent +
                              " mac=" + vector.mac);
        const auto verified = monitor.Verify(Role::RESPONSE, vector.sender, response);
        REQUIRE(verified);
        CHECK(verified->agent == vector.agent);
        const std::string request = monitor.Seal(Role::REQUEST, vector.sender, vector.pdu);
        CHECK(request == vector.pdu + "\nauth ed kid=" + vector.kid + " sig=" + vector.signature);
        CHECK_FALSE(agent.Check(Role::REQUEST, vector.sender, request));
    }
}

TEST_CASE("trailers are the ones that an independent implementation computes")
{
    REQUIRE(VECTORS.size() >= 5);
    for (const auto& vector : VECTORS)
    {
        CAPTURE(vector.pdu, vector.kid);
        const Keyring ring = RingOf(vector);
        const std::string sealed = ring.Seal(RoleOf(vector), vector.sender, vector.pdu);
        CHECK(sealed == vector.pdu + "\nauth b2 kid=" + vector.kid + " mac=" + vector.mac);
        CHECK_FALSE(ring.Check(RoleOf(vector), vector.sender, sealed));
        CHECK_FALSE(ring.Check(RoleOf(vector), vector.sender, sealed + "\n"));
    }
}
