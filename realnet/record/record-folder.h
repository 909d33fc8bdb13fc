#ifndef SONDA_REALNET_RECORD_RECORD_FOLDER_H
#define SONDA_REALNET_RECORD_RECORD_FOLDER_H

#include "model/base/error.h"
#include "realnet/common/descriptor.h"

#include <memory>
#include <optional>
#include <string>

namespace sonda
{

/**
 * A folder of result files that is filled while the proxy runs, under a temporary name beside its
 * place, and gets its name when it is complete: whole on the disk, not only in memory. What a
 * killed proxy leaves is NAME.part-PID with the windows so far.
 */
class RecordFolder
{
  public:
    /** \param path must not exist; its parents are made. \return an error that names it and why */
    static Expected<std::unique_ptr<RecordFolder>> Make(const std::string& path);

    /** Removes the temporary folder when nothing was written to it. */
    ~RecordFolder();
    RecordFolder(const RecordFolder&) = delete;
    RecordFolder& operator=(const RecordFolder&) = delete;

    /** Appends to a file; the kernel has it after this. \return an error, or nothing */
    std::optional<Error> Append(const std::string& name, const std::string& text);

    /** Brings every file to the disk and gives the folder its name. \return an error, or nothing */
    std::optional<Error> Commit();

    /** \return where the files stand now. */
    const std::string&
    Place() const
    {
        return m_place;
    }

  private:
    RecordFolder(std::string path, std::string temporary);

    std::string m_path;
    std::string m_place;
    bool m_empty{true};
};

} // namespace sonda

#endif
