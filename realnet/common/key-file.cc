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

} // namespace sonda
