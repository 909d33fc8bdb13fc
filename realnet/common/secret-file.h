#ifndef SONDA_REALNET_COMMON_SECRET_FILE_H
#define SONDA_REALNET_COMMON_SECRET_FILE_H

#include "model/base/error.h"

#include <string>

namespace sonda
{

/**
 * Reads a small file that holds a secret; the caller wipes the text when done. Start-up and reload.
 *
 * \return the content, or an error: it cannot be read, is no regular file, is larger than 64 KiB,
 * or everybody on the machine may read or write it
 */
Expected<std::string> ReadSecretFile(const std::string& path);

} // namespace sonda

#endif
