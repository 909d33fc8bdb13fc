#include "model/protocol/auth.h"
#include "tests/catch.h"

#include <string>
#include <utility>

using namespace sonda;

namespace
{

const std::string KEY_1 = "key one AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
const std::string KEY_2 = "key two //////////////////////////////////////////8=\n";
const std::string SENDER = "10.0.0.7";
const std::string PDU = R"({"tipo":"probe request"})";

Keyring
Ring(const std::string& text)
{
    return *Keyring::Parse(text, "ring");
}

std::string
Verdict(const Keyring& ring, const std::string& datagram, Role role = Role::REQUEST)
{
    const auto refusal = ring.Check(role, SENDER, datagram);
    return refusal ? ToString(refusal->reason) : "authentic";
}

} // namespace

TEST_CASE("one changed bit anywhere is noticed")
{
    const Keyring ring = Ring(KEY_1 + "active one");
    const std::string sealed = ring.Seal(Role::REQUEST, SENDER, PDU);
    REQUIRE(Verdict(ring, sealed) == "authentic");
    for (std::size_t at = 0; at < sealed.size(); ++at)
    {
        for (int bit = 0; bit < 8; ++bit)
        {
            std::string changed = sealed;
            changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
            CAPTURE(at, bit, changed);
            REQUIRE(Verdict(ring, changed) != "authentic");
        }
    }
}

TEST_CASE("the reason tells a changed PDU, trailer and key id apart")
{
    const Keyring ring = Ring(KEY_1 + "active one");
    const std::string sealed = ring.Seal(Role::REQUEST, SENDER, PDU);
    const auto mac = sealed.substr(sealed.find(" mac="));
    CHECK(Verdict(ring, "x" + sealed) == "bad-mac");
    CHECK(Verdict(ring, PDU) == "unsigned");
    CHECK(Verdict(ring, PDU + "\n") == "unsigned");
    CHECK(Verdict(ring, "") == "unsigned");
    CHECK(Verdict(ring, PDU + "\nhello") == "bad-trailer");
    CHECK(Verdict(ring, PDU + "\nauth b3 kid=one" + mac) == "bad-trailer");
    CHECK(Verdict(ring, PDU + "\nauth b2 kid=" + mac) == "bad-trailer");
    CHECK(Verdict(ring, PDU + "\nauth b2 kid=o/ne" + mac) == "unknown-key");
    CHECK(Verdict(ring, PDU + "\nauth b2 kid=one/" + mac) == "bad-trailer");
    CHECK(Verdict(ring, PDU + "\nauth b2 kid=/ne" + mac) == "bad-trailer");
    CHECK(Verdict(ring, PDU + "\nauth b2 kid=o ne" + mac) == "bad-trailer");
    CHECK(Verdict(ring, PDU + "\nauth b2 kid=one/a b" + mac) == "bad-trailer");
    CHECK(Verdict(ring, PDU + "\nauth b2 kid=one/" + std::string(65, 'a') + mac) == "bad-trailer");
    CHECK(Verdict(ring, PDU + "\nauth b2 kid=one/a" + mac) == "unknown-key"); // it is shared
    CHECK(Verdict(ring, PDU + "\nauth b2 kid=one") == "bad-trailer");
    CHECK(Verdict(ring, sealed.substr(0, sealed.size() - 1)) == "bad-trailer");
    CHECK(Verdict(ring, sealed + "A") == "bad-trailer");
    CHECK(Verdict(ring, sealed + "\r\n") == "bad-trailer");
    CHECK(Verdict(ring, sealed + "\n\n") == "bad-trailer");
    CHECK(Verdict(ring, PDU + "\nauth b2 kid=two" + mac) == "unknown-key");
    CHECK(Verdict(ring, sealed + std::string(1400, ' ')) == "too-long");
}

TEST_CASE("a trailer is good for its role, sender, cluster and key only")
{
    const Keyring ring = Ring(KEY_1 + "active one\nlabel lab");
    const std::string sealed = ring.Seal(Role::REQUEST, SENDER, PDU);
    CHECK(Verdict(ring, sealed, Role::REQUEST) == "authentic");
    CHECK(Verdict(ring, sealed, Role::RESPONSE) == "bad-mac");
    CHECK(ring.Check(Role::REQUEST, "10.0.0.8", sealed)->reason == RefusalReason::BAD_MAC);
    CHECK(Verdict(Ring(KEY_1 + "active one\nlabel other"), sealed) == "bad-mac");
    CHECK(Verdict(Ring(KEY_1 + "active one"), sealed) == "bad-mac");
    const Keyring renamed = Ring("key one //////////////////////////////////////////8=\nactive one"
                                 "\nlabel lab");
    CHECK(Verdict(renamed, sealed) == "bad-mac");
}

TEST_CASE("keys are rotated without a gap: all are accepted, the active one signs")
{
    const Keyring before = Ring(KEY_1 + "active one");
    const Keyring added = Ring(KEY_1 + KEY_2 + "active one");
    const Keyring switched = Ring(KEY_1 + KEY_2 + "active two");
    const Keyring after = Ring(KEY_2 + "active two");
    const auto sealed = [](const Keyring& ring) { return ring.Seal(Role::REQUEST, SENDER, PDU); };
    // Neighbouring steps of the rotation understand each other in both directions.
    for (const auto& [a, b] :
         {std::pair(&before, &added), std::pair(&added, &switched), std::pair(&switched, &after)})
    {
        CHECK(Verdict(*a, sealed(*b)) == "authentic");
        CHECK(Verdict(*b, sealed(*a)) == "authentic");
    }
    CHECK(Verdict(before, sealed(switched)) == "unknown-key");
    CHECK(Verdict(after, sealed(added)) == "unknown-key");
}
