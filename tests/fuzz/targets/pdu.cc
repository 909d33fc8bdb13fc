/** Datagrams: requests, responses, and the trailer that authenticates them. */
#include "model/protocol/auth.h"
#include "model/protocol/codec.h"
#include "tests/fuzz/targets/check.h"

using namespace sonda;
using namespace sonda::fuzz;

namespace
{

/** What was decoded is encoded, decoded and encoded again: the same text. */
template <typename Decode>
void
RoundTrip(std::string_view datagram, const Decode& decode)
{
    const auto first = decode(datagram);
    if (!first)
    {
        FUZZ_CHECK(std::string_view(ToString(first.GetError().reason)).size() > 2);
        FUZZ_CHECK(first.GetError().detail.size() <= 2 * datagram.size() + 1000);
        return;
    }
    const std::string text = Encode(*first);
    const auto second = decode(std::string_view(text));
    FUZZ_CHECK(second);
    FUZZ_CHECK(Encode(*second) == text);
}

const Keyring&
Keys()
{
    static const auto keys = Keyring::Parse("key k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
                                            "active k1\nlabel lab\n",
                                            "keys");
    FUZZ_CHECK(keys);
    return *keys;
}

/** A monitor with a master key, and the agent web1 with a key derived from it. */
struct Derived
{
    Keyring monitor;
    Keyring agent;
};

const Derived&
DerivedKeys()
{
    static const Derived derived = []
    {
        const auto monitor =
            Keyring::Parse("master m AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nactive m\n",
                           "master");
        FUZZ_CHECK(monitor);
        const auto file = monitor->DeriveAgentFile("web1");
        FUZZ_CHECK(file);
        const auto agent = Keyring::Parse(*file, "agent");
        FUZZ_CHECK(agent);
        return Derived{*monitor, *agent};
    }();
    return derived;
}

/** No more can pass what one agent's keys and a signature protect, and none for another's. */
void
SealDerived(std::string_view text)
{
    const Derived& keys = DerivedKeys();
    const std::string pdu(PduText(text));
    const auto check =
        [&](const Keyring& from, const Keyring& to, Role role, const std::string& signer)
    {
        const std::string sealed = from.Seal(role, "10.0.0.1", pdu);
        const auto verified = to.Verify(role, "10.0.0.1", sealed);
        const bool fits = sealed.size() <= MAX_DATAGRAM_BYTES;
        FUZZ_CHECK(fits == static_cast<bool>(verified));
        FUZZ_CHECK(!fits || verified->agent == signer);
        std::string changed = sealed;
        const std::size_t place = text.size() * 7919 % changed.size();
        changed[place] = static_cast<char>(changed[place] ^ 1 << text.size() % 8);
        FUZZ_CHECK(to.Check(role, "10.0.0.1", changed));
    };
    check(keys.monitor, keys.agent, Role::REQUEST, "");
    check(keys.agent, keys.monitor, Role::RESPONSE, "web1");
}

/** A trailer that is taken is written again as it was read. */
void
Trailers(std::string_view text)
{
    if (const auto trailer = ParseTrailer(text))
    {
        const std::string again =
            TrailerStart(trailer->scheme, trailer->kid, trailer->agent) + trailer->code;
        FUZZ_CHECK(again == text || again + '\n' == text);
    }
}

/** Only what was sealed passes, for its role and sender alone, and no bit of it may differ. */
void
Seal(std::string_view text)
{
    const std::string pdu(PduText(text));
    const std::string sealed = Keys().Seal(Role::RESPONSE, "10.0.0.7", pdu);
    FUZZ_CHECK(!Keys().Check(Role::RESPONSE, "10.0.0.7", sealed));
    FUZZ_CHECK(Keys().Check(Role::REQUEST, "10.0.0.7", sealed));
    FUZZ_CHECK(Keys().Check(Role::RESPONSE, "10.0.0.8", sealed));
    std::string changed = sealed;
    const std::size_t place = text.size() * 7919 % changed.size();
    changed[place] = static_cast<char>(changed[place] ^ 1 << text.size() % 8);
    FUZZ_CHECK(Keys().Check(Role::RESPONSE, "10.0.0.7", changed));
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = Text(data, size);
    RoundTrip(text, [](std::string_view datagram) { return DecodeRequest(datagram); });
    RoundTrip(text, [](std::string_view datagram) { return DecodeResponse(datagram); });
    // Nobody can have sealed it but by chance.
    FUZZ_CHECK(Keys().Check(Role::REQUEST, "10.0.0.7", text));
    FUZZ_CHECK(DerivedKeys().agent.Check(Role::REQUEST, "10.0.0.7", text));
    FUZZ_CHECK(DerivedKeys().monitor.Check(Role::RESPONSE, "10.0.0.7", text));
    Seal(text);
    SealDerived(text);
    Trailers(text);
    return 0;
}
