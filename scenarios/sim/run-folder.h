#ifndef SONDA_SCENARIOS_SIM_RUN_FOLDER_H
#define SONDA_SCENARIOS_SIM_RUN_FOLDER_H

#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>
#include <string>

namespace sonda::sim
{

/**
 * The folder of a run: filled under a temporary name beside its place, renamed when complete. So a
 * folder that has its name is whole, whenever the program was stopped. Errors are thrown as
 * std::runtime_error.
 */
class RunFolder
{
  public:
    /** \param path must not exist; its parents are made */
    explicit RunFolder(const std::string& path);

    /** Removes the temporary folder unless it was committed. */
    ~RunFolder();
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;

    void Write(const std::string& name, const std::function<void(std::ostream&)>& content);

    /** \return where a file stands until Commit(). */
    std::string
    PathOf(const std::string& name) const
    {
        return (m_temporary / name).string();
    }

    /** Gives the folder its name. */
    void Commit();

  private:
    std::filesystem::path m_path;
    std::filesystem::path m_temporary;
    bool m_committed{false};
};

} // namespace sonda::sim

#endif
