#ifndef SONDA_REALNET_COMMON_DESCRIPTOR_H
#define SONDA_REALNET_COMMON_DESCRIPTOR_H

#include "model/base/error.h"

#include <string>
#include <unistd.h>
#include <utility>

namespace sonda
{

/** Owns a file descriptor and closes it. Movable, not copyable. */
class Descriptor
{
  public:
    Descriptor() = default;

    explicit Descriptor(int fd)
        : m_fd(fd)
    {
    }

    Descriptor(Descriptor&& other) noexcept
        : m_fd(std::exchange(other.m_fd, -1))
    {
    }

    Descriptor&
    operator=(Descriptor&& other) noexcept
    {
        std::swap(m_fd, other.m_fd);
        other.Close();
        return *this;
    }

    ~Descriptor()
    {
        Close();
    }

    int
    Get() const
    {
        return m_fd;
    }

    /** \return the descriptor, which is the caller's from now on. */
    int
    Release()
    {
        return std::exchange(m_fd, -1);
    }

    explicit operator bool() const
    {
        return m_fd >= 0;
    }

    void
    Close()
    {
        if (m_fd >= 0)
        {
            close(std::exchange(m_fd, -1));
        }
    }

  private:
    int m_fd{-1};
};

/** \return "WHAT: reason", with the reason of the present errno. */
Error SystemError(const std::string& what);

} // namespace sonda

#endif
