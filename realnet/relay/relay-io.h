#ifndef SONDA_REALNET_RELAY_RELAY_IO_H
#define SONDA_REALNET_RELAY_RELAY_IO_H

#include "realnet/relay/pipe-pool.h"
#include "realnet/worker/connection.h"

#include <utility>
#include <vector>

namespace sonda
{

/**
 * Carries out what a Relay decides: the system calls between two sockets, with one buffer for all
 * connections of a worker. Used by the worker's thread only.
 */
class RelayIo
{
  public:
    /** Reads of one direction in one pass; then the other connections have their turn. */
    static constexpr int READS_PER_PASS = 8;

    /** \param pipes that may exist at a time; 0: never splice */
    explicit RelayIo(std::size_t pipes);

    /** Moves bytes from \p source to the other side until nothing moves or the share is used up. */
    void Pump(Connection& connection, Side source);

    /** Drops what the connection holds and takes its pipes back. */
    void Release(Connection& connection);

    /** \return whether bytes have gone through a pipe since the last call. */
    bool
    TakeStreamed()
    {
        return std::exchange(m_streamed, false);
    }

  private:
    void Receive(Connection& connection, Side source);
    void Fill(Connection& connection, Side source);
    void Send(Connection& connection, Side source);
    void Drain(Connection& connection, Side source);
    void PassEnd(Connection& connection, Side source);
    void Tidy(Connection& connection, Side source);
    void ReturnPipe(Channel& channel);
    void OnReadResult(Connection& connection, Side source, ssize_t n, std::size_t asked);
    void OnWriteResult(Connection& connection, Side source, ssize_t n);

    std::vector<char> m_buffer;
    std::size_t m_offset{0}; //!< of the first byte in the buffer that was not written yet
    PipePool m_pipes;
    bool m_streamed{false};
};

} // namespace sonda

#endif
