#include "model/base/shown.h"
#include "model/protocol/auth.h"

#include <algorithm>
#include <sodium.h>
#include <sstream>
#include <vector>

/** The part of auth.h that reads key files, and derives an agent's from a monitor's. */
namespace sonda
{

namespace
{

constexpr int WRITTEN_BASE64 = sodium_base64_VARIANT_ORIGINAL;

const char* const EXPECTED_LINE =
    "expected 'key KID BASE64', 'master KID BASE64', 'agent KID ID BASE64 BASE64', one 'active "
    "KID' or one 'label NAME' (names: up to 32 of A-Z a-z 0-9 . _ -)";

/** Any of base64's usual spellings; exactly 32 bytes. */
std::optional<Keyring::Key>
DecodeKey(const std::string& text)
{
    // The decoder would take every such byte for a digit of base64.
    if (std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; }))
    {
        return std::nullopt;
    }
    Keyring::Key key{};
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
            return key;
        }
    }
    return std::nullopt;
}

std::string
EncodeKey(const Keyring::Key& key)
{
    std::string text(sodium_base64_encoded_len(key.size(), WRITTEN_BASE64), '\0');
    sodium_bin2base64(text.data(), text.size(), key.data(), key.size(), WRITTEN_BASE64);
    text.pop_back(); // the terminating NUL
    return text;
}

std::vector<std::string>
Words(const std::string& line)
{
    std::istringstream stream(line.substr(0, line.find('#')));
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
    {
        words.push_back(std::move(word));
    }
    return words;
}

} // namespace

Keyring::Key
Keyring::DeriveKey(const Key& master, std::string_view purpose, std::string_view id)
{
    std::string input(purpose);
    input += '\0';
    input += id;
    Key derived{};
    crypto_generichash(derived.data(),
                       derived.size(),
                       reinterpret_cast<const unsigned char*>(input.data()),
                       input.size(),
                       master.data(),
                       master.size());
    return derived;
}

Keyring::Entry
Keyring::MakeMaster(const Key& master)
{
    Entry entry;
    entry.form = Form::MASTER;
    entry.key = master;
    const Key seed = DeriveKey(master, "sonda-request-key", "");
    crypto_sign_seed_keypair(entry.requestKey.data(), entry.signingKey.data(), seed.data());
    return entry;
}

std::optional<Error>
Keyring::AddEntry(const std::string& kid, const Entry& entry)
{
    if (!m_entries.emplace(kid, entry).second)
    {
        return Error{"key id '" + Shown(kid) + "' stands here twice"};
    }
    return std::nullopt;
}

std::optional<Error>
Keyring::AddAgent(const std::string& kid,
                  const std::string& id,
                  const std::string& key,
                  const std::string& publicKey)
{
    const auto own = DecodeKey(key);
    const auto request = DecodeKey(publicKey);
    if (!own || !request)
    {
        return Error{"the two keys of an agent are 32 bytes in base64 each (make the line with: "
                     "sonda-proxy --key-file FILE --derive-key " +
                     id + ")"};
    }
    if (m_agent.value_or(id) != id)
    {
        return Error{"keys of agent '" + *m_agent + "' stand here already: one agent has one file"};
    }
    m_agent = id;
    Entry entry;
    entry.form = Form::AGENT;
    entry.key = *own;
    entry.requestKey = *request;
    return AddEntry(kid, entry);
}

/** Reads one line. \return what is wrong with it */
std::optional<Error>
Keyring::ReadLine(const std::string& line)
{
    const std::vector<std::string> words = Words(line);
    if (words.empty())
    {
        return std::nullopt;
    }
    const std::string& what = words[0];
    const bool isNamed = words.size() > 1 && IsKeyName(words[1]);
    if ((what == "key" || what == "master") && isNamed && words.size() == 3)
    {
        const auto key = DecodeKey(words[2]);
        if (!key)
        {
            return Error{"a key is 32 bytes in base64 (make one with: openssl rand -base64 32)"};
        }
        Entry shared;
        shared.key = *key;
        return AddEntry(words[1], what == "key" ? shared : MakeMaster(*key));
    }
    if (what == "agent" && isNamed && words.size() == 5 && IsSignerId(words[2]))
    {
        return AddAgent(words[1], words[2], words[3], words[4]);
    }
    if (what == "active" && isNamed && words.size() == 2 && m_active.empty())
    {
        m_active = words[1];
        return std::nullopt;
    }
    if (what == "label" && isNamed && words.size() == 2 && m_label.empty())
    {
        m_label = words[1];
        return std::nullopt;
    }
    return Error{EXPECTED_LINE};
}

Expected<Keyring>
Keyring::Parse(std::string_view text, const std::string& name)
{
    Keyring ring;
    std::istringstream lines{std::string(text)};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number)
    {
        if (const auto error = ring.ReadLine(line))
        {
            return Error{name + ", line " + std::to_string(number) + ": " + error->message};
        }
    }
    if (ring.m_entries.empty())
    {
        return Error{name + ": no key; expected a line 'key KID BASE64'"};
    }
    if (ring.m_entries.count(ring.m_active) == 0)
    {
        return Error{name + ": expected a line 'active KID' that names one of the keys" +
                     (ring.m_active.empty() ? "" : ", not '" + Shown(ring.m_active) + "'")};
    }
    if (ring.m_agent && ring.HoldsMaster())
    {
        return Error{name + ": master keys are a monitor's and keys of an agent an agent's; no "
                            "host needs both"};
    }
    return ring;
}

Expected<std::string>
Keyring::DeriveAgentFile(const std::string& id) const
{
    if (!IsSignerId(id))
    {
        return Error{"an agent with a key of its own has a name of 1 to 64 printable ASCII "
                     "characters, none of them a space, comma, quote or number sign"};
    }
    std::string text = "# Keys of agent " + id + " alone; derived by sonda-proxy --derive-key.\n";
    std::string active;
    for (const auto& [kid, entry] : m_entries)
    {
        if (entry.form != Form::MASTER)
        {
            continue;
        }
        text += "agent " + kid + ' ' + id + ' ' +
                EncodeKey(DeriveKey(entry.key, "sonda-agent-key", id)) + ' ' +
                EncodeKey(entry.requestKey) + '\n';
        active = active.empty() || kid == m_active ? kid : active;
    }
    if (active.empty())
    {
        return Error{"there is no master key to derive from; expected a line 'master KID BASE64'"};
    }
    text += "active " + active + '\n';
    return m_label.empty() ? text : text + "label " + m_label + '\n';
}

} // namespace sonda
