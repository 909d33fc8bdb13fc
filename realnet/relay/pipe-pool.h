#ifndef SONDA_REALNET_RELAY_PIPE_POOL_H
#define SONDA_REALNET_RELAY_PIPE_POOL_H

#include "realnet/common/descriptor.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace sonda
{

/** A pipe for splice(). */
struct Pipe
{
    Descriptor read;
    Descriptor write;
    std::size_t capacity{0}; //!< bytes, as the kernel says
};

/**
 * Pipes for the directions that stream, of one worker.
 *
 * The kernel gives an unprivileged user 64 MiB of pipe buffers; beyond that, pipes come with 8 KiB,
 * which is slower than copying. So the capacity is read back, and a pipe below LEAST_BYTES is no
 * pipe. Not thread-safe.
 */
class PipePool
{
  public:
    /** Large enough that a system call moves 1 MiB, small enough to stay in a CPU's cache. */
    static constexpr int LARGE_BYTES = 1 << 20;
    /** For the pipes beyond LARGE_PIPES. */
    static constexpr int MEDIUM_BYTES = 256 * 1024;
    static constexpr std::size_t LARGE_PIPES = 16;
    static constexpr std::size_t LEAST_BYTES = 64 * 1024;

    /** \param most pipes that may exist at a time; 0: never splice */
    explicit PipePool(std::size_t most);

    /** \return an empty pipe, or nothing when there is none to be had. */
    std::optional<Pipe> Take();

    /**
     * Gives a pipe back. One that is not empty is closed: its bytes belong to one connection.
     * \param held bytes in the pipe
     */
    void Return(Pipe pipe, std::size_t held);

    /** \return the pipes that exist, lent or not. */
    std::size_t
    Size() const
    {
        return m_size;
    }

  private:
    std::optional<Pipe> Make() const;

    std::size_t m_most;
    std::size_t m_size{0};
    std::vector<Pipe> m_idle;
};

} // namespace sonda

#endif
