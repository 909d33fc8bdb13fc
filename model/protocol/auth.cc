#include "model/protocol/auth.h"

#include "model/base/shown.h"
#include "model/protocol/codec.h"

#include <sodium.h>
#include <sstream>

namespace sonda
{

namespace
{

constexpr std::size_t MAC_BYTES = 16;
constexpr std::size_t MAX_KID_BYTES = 32;
constexpr int BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
const char* const TRAILER_START = "auth b2 kid=";
const char* const TRAILER_MAC = " mac=";

bool
IsName(const std::string& text)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !text.empty() && text.size() <= MAX_KID_BYTES &&
           text.find_first_not_of(allowed) == std::string::npos;
}

/** Any of base64's usual spellings; exactly 32 bytes. */
bool
DecodeKey(const std::string& text, Keyring::Key& key)
{
    for (const int variant : {sodium_base64_VARIANT_ORIGINAL,
                              sodium_base64_VARIANT_URLSAFE,
                              sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
                              sodium_base64_VARIANT_URLSAFE_NO_PADDING})
    {
        std::size_t size = 0;
        const char* end = nullptr;
        if (sodium_base642bin(key.data(),
                              key.size(),
                              text.data(),
                              text.size(),
                              nullptr,
                              &size,
                              &end,
                              variant) == 0 &&
            size == key.size() && end == text.data() + text.size())
        {
            return true;
        }
    }
    return false;
}

/** The two fields of a trailer line. */
struct Trailer
{
    std::string kid;
    std::string mac;
};

std::optional<Trailer>
ParseTrailer(std::string_view line)
{
    const std::string_view start = TRAILER_START;
    const std::string_view middle = TRAILER_MAC;
    if (!line.empty() && line.back() == '\n')
    {
        line.remove_suffix(1);
    }
    if (line.substr(0, start.size()) != start)
    {
        return std::nullopt;
    }
    line.remove_prefix(start.size());
    const auto space = line.find(middle);
    if (space == std::string_view::npos)
    {
        return std::nullopt;
    }
    Trailer trailer{std::string(line.substr(0, space)),
                    std::string(line.substr(space + middle.size()))};
    const std::size_t macDigits = sodium_base64_encoded_len(MAC_BYTES, BASE64) - 1;
    if (!IsName(trailer.kid) || trailer.mac.size() != macDigits)
    {
        return std::nullopt;
    }
    return trailer;
}

} // namespace

Expected<Keyring>
Keyring::Parse(std::string_view text, const std::string& name)
{
    Keyring ring;
    std::istringstream lines{std::string(text)};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number)
    {
        const std::string where = name + ", line " + std::to_string(number) + ": ";
        std::istringstream words(line.substr(0, line.find('#')));
        std::string word;
        std::string first;
        std::string second;
        std::string excess;
        if (!(words >> word))
        {
            continue;
        }
        words >> first >> second >> excess;
        if (word == "key" && IsName(first) && !second.empty() && excess.empty())
        {
            Key key;
            if (!DecodeKey(second, key))
            {
                return Error{where + "a key is 32 bytes in base64 (make one with: "
                                     "openssl rand -base64 32)"};
            }
            if (!ring.m_keys.emplace(first, key).second)
            {
                return Error{where + "key id '" + Shown(first) + "' stands here twice"};
            }
        }
        else if (word == "active" && IsName(first) && second.empty() && ring.m_active.empty())
        {
            ring.m_active = first;
        }
        else if (word == "label" && IsName(first) && second.empty() && ring.m_label.empty())
        {
            ring.m_label = first;
        }
        else
        {
            return Error{where + "expected 'key KID BASE64', one 'active KID' or one 'label NAME' "
                                 "(names: up to 32 of A-Z a-z 0-9 . _ -)"};
        }
    }
    if (ring.m_keys.empty())
    {
        return Error{name + ": no key; expected a line 'key KID BASE64'"};
    }
    if (ring.m_keys.count(ring.m_active) == 0)
    {
        return Error{name + ": expected a line 'active KID' that names one of the keys" +
                     (ring.m_active.empty() ? "" : ", not '" + Shown(ring.m_active) + "'")};
    }
    return ring;
}

std::string
Keyring::Mac(const Key& key,
             Role role,
             const std::string& sender,
             std::string_view pdu,
             const std::string& kid) const
{
    std::string input = "sonda-probe-v2";
    input += '\0';
    input += static_cast<char>(role);
    input += '\0';
    input += m_label;
    input += '\0';
    input += sender;
    input += '\0';
    input += pdu;
    input += '\n';
    input += TRAILER_START + kid + TRAILER_MAC;

    std::array<unsigned char, MAC_BYTES> mac;
    crypto_generichash(mac.data(),
                       mac.size(),
                       reinterpret_cast<const unsigned char*>(input.data()),
                       input.size(),
                       key.data(),
                       key.size());
    std::string text(sodium_base64_encoded_len(mac.size(), BASE64), '\0');
    sodium_bin2base64(text.data(), text.size(), mac.data(), mac.size(), BASE64);
    text.pop_back(); // the terminating NUL
    return text;
}

std::string
Keyring::Seal(Role role, const std::string& sender, const std::string& pdu) const
{
    return pdu + '\n' + TRAILER_START + m_active + TRAILER_MAC +
           Mac(m_keys.at(m_active), role, sender, pdu, m_active);
}

std::optional<Refusal>
Keyring::Check(Role role, const std::string& sender, std::string_view datagram) const
{
    if (datagram.size() > MAX_DATAGRAM_BYTES)
    {
        return Refusal{RefusalReason::TOO_LONG, std::to_string(datagram.size()) + " bytes"};
    }
    const std::string_view pdu = PduText(datagram);
    // A line feed with nothing behind it ends a line; it does not begin a trailer.
    if (pdu.size() + 1 >= datagram.size())
    {
        return Refusal{RefusalReason::UNSIGNED, ""};
    }
    const auto trailer = ParseTrailer(datagram.substr(pdu.size() + 1));
    if (!trailer)
    {
        return Refusal{RefusalReason::BAD_TRAILER, "expected 'auth b2 kid=… mac=…'"};
    }
    const auto key = m_keys.find(trailer->kid);
    if (key == m_keys.end())
    {
        return Refusal{RefusalReason::UNKNOWN_KEY, trailer->kid};
    }
    const std::string expected = Mac(key->second, role, sender, pdu, trailer->kid);
    if (sodium_memcmp(expected.data(), trailer->mac.data(), expected.size()) != 0)
    {
        return Refusal{RefusalReason::BAD_MAC, "key " + trailer->kid};
    }
    return std::nullopt;
}

} // namespace sonda
