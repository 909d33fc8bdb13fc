#ifndef SONDA_REALNET_COMMON_KEY_FILE_H
#define SONDA_REALNET_COMMON_KEY_FILE_H

#include "model/base/error.h"
#include "model/protocol/auth.h"
#include "realnet/common/configuration.h"

#include <optional>
#include <string>

namespace sonda
{

/**
 * Reads a key file (see Keyring::Parse()).
 *
 * \return the keys, or an error: the file cannot be read, everybody may read it, or its content is
 * not of the documented form
 */
Expected<Keyring> LoadKeyFile(const std::string& path);

/**
 * Reads the key file that a configuration names, if it does.
 * \return the keys; nothing: none is named, or a problem was noted under \p option
 */
std::optional<Keyring> TakeKeyring(const std::string& path,
                                   const Option& option,
                                   Problems& problems);

} // namespace sonda

#endif
