#include "realnet/common/admin-token.h"

#include "realnet/common/secret-file.h"

#include <algorithm>
#include <sodium.h>

namespace sonda
{

AdminToken::AdminToken(const Digest& digest)
    : m_digest(digest)
{
}

AdminToken::Digest
AdminToken::DigestOf(std::string_view text)
{
    Digest digest;
    crypto_generichash(digest.data(),
                       digest.size(),
                       reinterpret_cast<const unsigned char*>(text.data()),
                       text.size(),
                       nullptr,
                       0);
    return digest;
}

Expected<AdminToken>
AdminToken::Load(const std::string& path)
{
    auto text = ReadSecretFile(path);
    if (!text)
    {
        return text.GetError();
    }
    std::string_view token = *text;
    token = token.substr(0, token.find_first_of("\r\n"));
    const bool printable =
        std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7F; });
    const Digest digest = DigestOf(token);
    const std::size_t size = token.size();
    sodium_memzero(text->data(), text->size());
    if (size < LEAST_CHARACTERS || !printable)
    {
        return Error{"the first line of " + path + " has " + std::to_string(size) +
                     " characters; a token is at least " + std::to_string(LEAST_CHARACTERS) +
                     " printable ASCII characters without space, for example from 'openssl rand "
                     "-hex 16'"};
    }
    return AdminToken(digest);
}

bool
AdminToken::Matches(std::string_view shown) const
{
    const Digest digest = DigestOf(shown);
    return sodium_memcmp(digest.data(), m_digest.data(), digest.size()) == 0;
}

} // namespace sonda
