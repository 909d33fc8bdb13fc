#include "model/protocol/auth.h"
#include "tests/catch.h"

#include <string>

using namespace sonda;

namespace
{

const std::string BASE64_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const std::string KEY = "key one " + BASE64_KEY + "\n";

/** The message, which has to begin with the file's name. */
std::string
ErrorOf(const std::string& text)
{
    const auto ring = Keyring::Parse(text, "/etc/sonda/keys");
    if (ring)
    {
        return "accepted";
    }
    const std::string message = ring.GetError().message;
    const std::string name = "/etc/sonda/keys";
    CHECK(message.compare(0, name.size(), name) == 0);
    // No message shows key material.
    CHECK(message.find(BASE64_KEY.substr(0, 12)) == std::string::npos);
    return message.substr(name.size());
}

void
CheckContains(const std::string& text, const std::string& part)
{
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
}

} // namespace

TEST_CASE("a key file has keys, one active key, a label and comments")
{
    CHECK(ErrorOf(KEY + "active one") == "accepted");
    CHECK(ErrorOf("# head\n\n" + KEY + "  active\tone # trailing\nlabel lab\n") == "accepted");
    CHECK(ErrorOf("active one\r\n" + KEY) == "accepted");
    CHECK(ErrorOf("key one " + BASE64_KEY.substr(0, 43) + "\nactive one") == "accepted");
    CHECK(ErrorOf("key one __________________________________________8\nactive one") == "accepted");
}

TEST_CASE("errors name the line and what is expected there")
{
    CheckContains(ErrorOf(KEY + "active one\nnonsense"), ", line 3: expected 'key KID BASE64'");
    CheckContains(ErrorOf("\n\nkey one"), ", line 3: expected");
    CheckContains(ErrorOf("key one " + BASE64_KEY + " more\n"), ", line 1: expected");
    CheckContains(ErrorOf("key o/ne " + BASE64_KEY), "names: up to 32 of A-Z a-z 0-9 . _ -");
    CheckContains(ErrorOf("key " + std::string(33, 'k') + " " + BASE64_KEY), ", line 1: expected");
    CheckContains(ErrorOf("key one AAAA\nactive one"), ", line 1: a key is 32 bytes in base64");
    CheckContains(ErrorOf("key one A" + BASE64_KEY), ", line 1: a key is 32 bytes in base64");
    CheckContains(ErrorOf("key one \xC1" + BASE64_KEY.substr(1)), "32 bytes in base64");
    CheckContains(ErrorOf("key one AA!CAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
                  "32 bytes in base64");
    CheckContains(ErrorOf(KEY + KEY + "active one"), ", line 2: key id 'one' stands here twice");
    CheckContains(ErrorOf(KEY + "active one\nactive one"), ", line 3: expected");
    CheckContains(ErrorOf(KEY + "active one two"), ", line 2: expected");
    CheckContains(ErrorOf(KEY + "active one\nlabel a\nlabel b"), ", line 4: expected");
    CheckContains(ErrorOf(KEY + "active one\nlabel a b"), ", line 3: expected");
}

TEST_CASE("errors of the whole file say what is missing")
{
    CheckContains(ErrorOf(""), ": no key; expected a line 'key KID BASE64'");
    CheckContains(ErrorOf("active one"), ": no key");
    CheckContains(ErrorOf(KEY), ": expected a line 'active KID' that names one of the keys");
    CheckContains(ErrorOf(KEY + "active two"), "not 'two'");
}
