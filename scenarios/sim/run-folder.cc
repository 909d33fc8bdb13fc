#include "scenarios/sim/run-folder.h"

#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace sonda::sim
{

RunFolder::RunFolder(const std::string& path)
    : m_path(std::filesystem::path(path).lexically_normal())
{
    if (m_path.filename().empty())
    {
        m_path = m_path.parent_path(); // a trailing slash
    }
    if (std::filesystem::exists(m_path))
    {
        throw std::runtime_error("--outDir=" + path + ": exists already; a run needs a new folder");
    }
    m_temporary = m_path;
    m_temporary += ".part-" + std::to_string(getpid());
    std::error_code error;
    std::filesystem::create_directories(m_temporary, error);
    if (error)
    {
        throw std::runtime_error("--outDir=" + path + ": cannot be made: " + error.message());
    }
}

RunFolder::~RunFolder()
{
    if (!m_committed)
    {
        std::error_code ignored;
        std::filesystem::remove_all(m_temporary, ignored);
    }
}

void
RunFolder::Write(const std::string& name, const std::function<void(std::ostream&)>& content)
{
    std::ofstream file(m_temporary / name);
    content(file);
    file.close();
    if (!file)
    {
        throw std::runtime_error((m_temporary / name).string() + ": cannot be written");
    }
}

void
RunFolder::Commit()
{
    std::filesystem::rename(m_temporary, m_path);
    m_committed = true;
}

} // namespace sonda::sim
