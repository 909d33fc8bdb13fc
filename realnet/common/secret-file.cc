#include "realnet/common/secret-file.h"

#include "realnet/common/descriptor.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

namespace sonda
{

namespace
{

/** A secret is a line of about 60 bytes: this holds hundreds, and keeps a wrong path from filling
 * memory. */
constexpr std::size_t MOST_BYTES = 65536;

} // namespace

Expected<std::string>
ReadSecretFile(const std::string& path)
{
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status
    {
    };
    if (!file || fstat(file.Get(), &status) != 0)
    {
        return SystemError(path);
    }
    if (!S_ISREG(status.st_mode))
    {
        return Error{path + " is not a regular file"};
    }
    if (status.st_mode & S_IRWXO)
    {
        return Error{"everybody on this machine may read or write " + path +
                     "; take the right away: chmod o= " + path};
    }
    std::string text(MOST_BYTES + 1, '\0');
    std::size_t size = 0;
    ssize_t n = 0;
    while (size < text.size() && (n = read(file.Get(), text.data() + size, text.size() - size)) > 0)
    {
        size += static_cast<std::size_t>(n);
    }
    if (n < 0 || size > MOST_BYTES)
    {
        const Error error =
            n < 0 ? SystemError(path)
                  : Error{path + " is larger than 64 KiB: not what is expected there"};
        sodium_memzero(text.data(), text.size());
        return error;
    }
    text.resize(size);
    return text;
}

} // namespace sonda
