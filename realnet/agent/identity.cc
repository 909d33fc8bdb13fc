#include "realnet/agent/identity.h"

#include "model/base/shown.h"

#include <algorithm>
#include <array>
#include <sodium.h>

namespace sonda
{

Expected<std::string>
DeriveIdentity(std::string_view machineId, const Endpoint& server)
{
    while (!machineId.empty() && machineId.back() == '\n')
    {
        machineId.remove_suffix(1);
    }
    // systemd writes "uninitialized" where the id is still to be made.
    if (machineId.empty() || machineId == "uninitialized")
    {
        return Error{
            "/etc/machine-id has no id to make a name of (as in most containers); give one"};
    }
    const std::string text = "sonda-agent " + std::string(machineId) + " " + ToString(server);
    std::array<unsigned char, crypto_generichash_BYTES_MIN> hash{};
    crypto_generichash(hash.data(),
                       hash.size(),
                       reinterpret_cast<const unsigned char*>(text.data()),
                       text.size(),
                       nullptr,
                       0);
    std::array<char, 2 * hash.size() + 1> digits{};
    sodium_bin2hex(digits.data(), digits.size(), hash.data(), hash.size());
    return std::string(digits.data());
}

std::optional<Error>
CheckIdentity(const std::string& id)
{
    const auto allowed = [](unsigned char c)
    { return c > ' ' && c < 0x7F && c != ',' && c != '"'; };
    if (id.empty() || id.size() > MAX_ID_BYTES || !std::all_of(id.begin(), id.end(), allowed))
    {
        return Error{Quoted(id) + " cannot be an identity; it has 1 to " +
                     std::to_string(MAX_ID_BYTES) +
                     " printable ASCII characters, none of them a space, comma or quote"};
    }
    return std::nullopt;
}

} // namespace sonda
