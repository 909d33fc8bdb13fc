#include "realnet/record/record-folder.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace sonda
{

namespace fs = std::filesystem;

namespace
{

std::optional<Error>
Sync(const std::string& path)
{
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || fsync(file.Get()) != 0)
    {
        return SystemError("--record: " + path);
    }
    return std::nullopt;
}

} // namespace

RecordFolder::RecordFolder(std::string path, std::string temporary)
    : m_path(std::move(path)),
      m_place(std::move(temporary))
{
}

Expected<std::unique_ptr<RecordFolder>>
RecordFolder::Make(const std::string& path)
{
    std::error_code error;
    fs::path place = fs::absolute(path, error).lexically_normal();
    if (place.filename().empty())
    {
        place = place.parent_path(); // a trailing slash
    }
    if (fs::exists(place, error))
    {
        return Error{"--record: " + path + " exists already; a record needs a new folder"};
    }
    const std::string temporary = place.string() + ".part-" + std::to_string(getpid());
    fs::create_directories(temporary, error);
    if (error)
    {
        return Error{"--record: " + path + " cannot be made: " + error.message()};
    }
    return std::unique_ptr<RecordFolder>(new RecordFolder(place.string(), temporary));
}

RecordFolder::~RecordFolder()
{
    if (m_empty)
    {
        std::error_code ignored;
        fs::remove(m_place, ignored);
    }
}

std::optional<Error>
RecordFolder::Append(const std::string& name, const std::string& text)
{
    const std::string path = m_place + "/" + name;
    const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (!file)
    {
        return SystemError("--record: " + path);
    }
    m_empty = false;
    for (std::size_t done = 0; done < text.size();)
    {
        const ssize_t n = write(file.Get(), text.data() + done, text.size() - done);
        if (n < 0 && errno != EINTR)
        {
            return SystemError("--record: " + path);
        }
        done += n < 0 ? 0 : static_cast<std::size_t>(n);
    }
    return std::nullopt;
}

std::optional<Error>
RecordFolder::Commit()
{
    std::error_code error;
    for (const auto& file : fs::directory_iterator(m_place, error))
    {
        if (auto failed = Sync(file.path().string()))
        {
            return failed;
        }
    }
    if (auto failed = Sync(m_place))
    {
        return failed;
    }
    if (rename(m_place.c_str(), m_path.c_str()) != 0)
    {
        return SystemError("--record: " + m_place + " to " + m_path);
    }
    m_place = m_path;
    return Sync(fs::path(m_path).parent_path().string());
}

} // namespace sonda
