#ifndef SONDA_REALNET_COMMON_SYSTEM_FILES_H
#define SONDA_REALNET_COMMON_SYSTEM_FILES_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/** A folder within another one. */
struct SubFolder
{
    std::string name;
    std::uint64_t inode{0};
};

/** Small files of the system (/proc, /sys, /etc), behind one class so that tests bring their own.
 * Any thread. */
class SystemFiles
{
  public:
    virtual ~SystemFiles() = default;

    /** \return the whole content, or nothing when the file cannot be read. */
    virtual std::optional<std::string> Read(const std::string& path) const;

    /** \return the folders in a folder, in no order; none when it cannot be read. */
    virtual std::vector<SubFolder> SubFolders(const std::string& path) const;

    virtual bool IsFolder(const std::string& path) const;

    /** \return the id by which the kernel knows a group of cgroup version 2, whose folder this is;
     * nothing when it is no such folder. */
    virtual std::optional<std::uint64_t> CgroupId(const std::string& path) const;

    /** \return where the symbolic links in a folder point to; none when it cannot be read. */
    virtual std::vector<std::string> Links(const std::string& path) const;
};

} // namespace sonda

#endif
