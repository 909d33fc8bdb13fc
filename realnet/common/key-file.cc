#include "realnet/common/key-file.h"

#include "realnet/common/secret-file.h"

#include <sodium.h>

namespace sonda
{

Expected<Keyring>
LoadKeyFile(const std::string& path)
{
    auto text = ReadSecretFile(path);
    if (!text)
    {
        return text.GetError();
    }
    Expected<Keyring> keyring = Keyring::Parse(*text, path);
    sodium_memzero(text->data(), text->size());
    return keyring;
}

std::optional<Keyring>
TakeKeyring(const std::string& path, const Option& option, Problems& problems)
{
    return path.empty() ? std::nullopt : Take(LoadKeyFile(path), option, problems);
}

} // namespace sonda
