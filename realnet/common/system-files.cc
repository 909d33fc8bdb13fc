#include "realnet/common/system-files.h"

#include "realnet/common/descriptor.h"

#include <array>
#include <cerrno>
#include <fcntl.h>

namespace sonda
{

std::optional<std::string>
SystemFiles::Read(const std::string& path) const
{
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
    {
        return std::nullopt;
    }
    std::string content;
    std::array<char, 16384> part; // one read takes all of /proc/stat on most machines
    while (true)
    {
        const ssize_t n = read(file.Get(), part.data(), part.size());
        if (n < 0 && errno == EINTR)
        {
            continue;
        }
        if (n < 0)
        {
            return std::nullopt;
        }
        if (n == 0)
        {
            return content;
        }
        content.append(part.data(), static_cast<std::size_t>(n));
    }
}

} // namespace sonda
