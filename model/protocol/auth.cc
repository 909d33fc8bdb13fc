#include "model/protocol/auth.h"

#include "model/protocol/codec.h"

#include <algorithm>
#include <sodium.h>
#include <stdexcept>

/** The part of auth.h that signs and checks; key-file.cc reads and writes keys. */
namespace sonda
{

namespace
{

constexpr int BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t MAC_BYTES = 16;

const unsigned char*
Bytes(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

template <std::size_t Size>
std::string
ToBase64(const std::array<unsigned char, Size>& bytes)
{
    std::string text(sodium_base64_encoded_len(Size, BASE64), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), Size, BASE64);
    text.pop_back(); // the terminating NUL
    return text;
}

std::string
MakeMac(const Keyring::Key& key, const std::string& input)
{
    std::array<unsigned char, MAC_BYTES> mac{};
    crypto_generichash(mac.data(), mac.size(), Bytes(input), input.size(), key.data(), key.size());
    return ToBase64(mac);
}

bool
IsSignature(const std::string& text, const std::string& input, const Keyring::Key& publicKey)
{
    std::array<unsigned char, crypto_sign_BYTES> signature{};
    std::size_t size = 0;
    const bool isBase64 = sodium_base642bin(signature.data(),
                                            signature.size(),
                                            text.data(),
                                            text.size(),
                                            nullptr,
                                            &size,
                                            nullptr,
                                            BASE64) == 0;
    // Compared as text, too: the decoder takes every byte above 127 for a digit of base64.
    return isBase64 && size == signature.size() && ToBase64(signature) == text &&
           crypto_sign_verify_detached(signature.data(),
                                       Bytes(input),
                                       input.size(),
                                       publicKey.data()) == 0;
}

} // namespace

std::string
Keyring::MacInput(Role role,
                  const std::string& sender,
                  std::string_view pdu,
                  const std::string& trailerStart) const
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
    input += trailerStart;
    return input;
}

std::string
Keyring::Seal(Role role, const std::string& sender, const std::string& pdu) const
{
    const Entry& entry = m_entries.at(m_active);
    const bool signs = entry.form == Form::MASTER && role == Role::REQUEST;
    const std::string agent = entry.form == Form::AGENT ? m_agent.value() : "";
    const bool makesMac = entry.form == Form::SHARED || (!agent.empty() && role == Role::RESPONSE);
    if (!signs && !makesMac)
    {
        throw std::logic_error("keyring: the active key is not for this role");
    }
    const Scheme scheme = signs ? Scheme::SIGNATURE : Scheme::MAC;
    const std::string start = TrailerStart(scheme, m_active, agent);
    const std::string input = MacInput(role, sender, pdu, start);
    if (makesMac)
    {
        return pdu + '\n' + start + MakeMac(entry.key, input);
    }
    std::array<unsigned char, crypto_sign_BYTES> signature{};
    crypto_sign_detached(signature.data(),
                         nullptr,
                         Bytes(input),
                         input.size(),
                         entry.signingKey.data());
    return pdu + '\n' + start + ToBase64(signature);
}

/** \return the key that a MAC of that role is made with; nothing: no MAC of it is accepted. */
std::optional<Keyring::Key>
Keyring::MacKey(const Entry& entry, Role role, const std::string& agent) const
{
    if (entry.form == Form::SHARED && agent.empty())
    {
        return entry.key;
    }
    if (entry.form == Form::MASTER && role == Role::RESPONSE && !agent.empty())
    {
        return DeriveKey(entry.key, "sonda-agent-key", agent);
    }
    return std::nullopt;
}

/** \param isUsable is set to whether the key is for such a trailer at all */
bool
Keyring::IsGood(const Entry& entry,
                Role role,
                const Trailer& trailer,
                const std::string& input,
                bool& isUsable) const
{
    if (trailer.scheme == Scheme::SIGNATURE)
    {
        isUsable = entry.form != Form::SHARED && role == Role::REQUEST;
        return isUsable && IsSignature(trailer.code, input, entry.requestKey);
    }
    const auto key = MacKey(entry, role, trailer.agent);
    isUsable = key.has_value();
    const std::string expected = isUsable ? MakeMac(*key, input) : "";
    return isUsable && expected.size() == trailer.code.size() &&
           sodium_memcmp(expected.data(), trailer.code.data(), expected.size()) == 0;
}

Expected<Signer, Refusal>
Keyring::Verify(Role role, const std::string& sender, std::string_view datagram) const
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
        return Refusal{RefusalReason::BAD_TRAILER,
                       "expected 'auth b2 kid=… mac=…' or 'auth ed kid=… sig=…'"};
    }
    const auto entry = m_entries.find(trailer->kid);
    if (entry == m_entries.end())
    {
        return Refusal{RefusalReason::UNKNOWN_KEY, trailer->kid};
    }
    const std::string input =
        MacInput(role, sender, pdu, TrailerStart(trailer->scheme, trailer->kid, trailer->agent));
    bool isUsable = false;
    if (!IsGood(entry->second, role, *trailer, input, isUsable))
    {
        return isUsable ? Refusal{RefusalReason::BAD_MAC, "key " + trailer->kid}
                        : Refusal{RefusalReason::UNKNOWN_KEY,
                                  trailer->kid + " is here, but not for such a trailer"};
    }
    return Signer{trailer->agent};
}

std::optional<Refusal>
Keyring::Check(Role role, const std::string& sender, std::string_view datagram) const
{
    auto verified = Verify(role, sender, datagram);
    return verified ? std::nullopt : std::make_optional(verified.GetError());
}

bool
Keyring::HoldsMaster() const
{
    return std::any_of(m_entries.begin(),
                       m_entries.end(),
                       [](const auto& entry) { return entry.second.form == Form::MASTER; });
}

} // namespace sonda
