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

} // namespace

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
