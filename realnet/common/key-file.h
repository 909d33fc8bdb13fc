#ifndef SONDA_REALNET_COMMON_KEY_FILE_H
#define SONDA_REALNET_COMMON_KEY_FILE_H

#include "model/base/error.h"
#include "model/protocol/auth.h"

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

} // namespace sonda

#endif
