#include "realnet/common/startup-memory.h"

#include <charconv>
#include <cstdint>
#include <sstream>
#include <string>
#include <sys/mman.h>

namespace sonda
{

void
LetGoOfStartupCode(const SystemFiles& files)
{
    std::istringstream maps(files.Read("/proc/self/maps").value_or(""));
    std::string line;
    while (std::getline(maps, line))
    {
        // "55d0a000-55d1b000 r-xp 00024000 fe:00 1234 /usr/sbin/sonda-agent". Code alone, which
        // nobody has written to: of data that was relocated the file has no copy.
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        const char* last = line.data() + line.size();
        const auto first = std::from_chars(line.data(), last, begin, 16);
        if (first.ec != std::errc{} || first.ptr == last || *first.ptr != '-')
        {
            continue;
        }
        const auto second = std::from_chars(first.ptr + 1, last, end, 16);
        const std::string_view rest(second.ptr, static_cast<std::size_t>(last - second.ptr));
        if (second.ec == std::errc{} && end > begin && rest.substr(0, 6) == " r-xp " &&
            rest.find(" /") != std::string_view::npos)
        {
            madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
        }
    }
}

} // namespace sonda
