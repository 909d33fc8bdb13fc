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
    Seal(text);
    return 0;
}
