#ifndef SONDA_REALNET_COMMON_SYSTEM_FILES_H
#define SONDA_REALNET_COMMON_SYSTEM_FILES_H

#include <optional>
#include <string>

namespace sonda
{

/** Small files of the system (/proc, /sys, /etc), behind one function so that tests bring their
 * own. */
class SystemFiles
{
  public:
    virtual ~SystemFiles() = default;

    /** \return the whole content, or nothing when the file cannot be read. */
    virtual std::optional<std::string> Read(const std::string& path) const;
};

} // namespace sonda

#endif
