#include "realnet/common/system-files.h"

#include "realnet/common/descriptor.h"

#include <array>
#include <cerrno>
#include <climits>
#include <dirent.h>
#include <fcntl.h>
#include <functional>
#include <linux/magic.h>
#include <memory>
#include <string_view>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace sonda
{

namespace
{

/** Calls \p visit for each entry of a folder but "." and "..". */
void
ForEachEntry(const std::string& path, const std::function<void(const dirent& entry)>& visit)
{
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
    while (const dirent* entry = folder ? readdir(folder.get()) : nullptr)
    {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
        {
            visit(*entry);
        }
    }
}

} // namespace

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

std::vector<SubFolder>
SystemFiles::SubFolders(const std::string& path) const
{
    std::vector<SubFolder> found;
    ForEachEntry(path,
                 [&](const dirent& entry)
                 {
                     if (entry.d_type == DT_DIR)
                     {
                         found.push_back({entry.d_name, entry.d_ino});
                     }
                 });
    return found;
}

bool
SystemFiles::IsFolder(const std::string& path) const
{
    struct stat status;
    return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::optional<std::uint64_t>
SystemFiles::CgroupId(const std::string& path) const
{
    struct statfs system;
    struct stat status;
    // Only there the number of the inode is that of the group (kernfs; as systemd relies on).
    if (statfs(path.c_str(), &system) != 0 || system.f_type != CGROUP2_SUPER_MAGIC ||
        stat(path.c_str(), &status) != 0)
    {
        return std::nullopt;
    }
    return status.st_ino;
}

std::vector<std::string>
SystemFiles::Links(const std::string& path) const
{
    std::vector<std::string> found;
    ForEachEntry(path,
                 [&](const dirent& entry)
                 {
                     std::array<char, PATH_MAX> target;
                     const ssize_t n = readlink((path + "/" + entry.d_name).c_str(),
                                                target.data(),
                                                target.size());
                     if (n > 0)
                     {
                         found.emplace_back(target.data(), static_cast<std::size_t>(n));
                     }
                 });
    return found;
}

} // namespace sonda
