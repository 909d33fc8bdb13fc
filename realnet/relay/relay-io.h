#ifndef SONDA_REALNET_RELAY_RELAY_IO_H
#define SONDA_REALNET_RELAY_RELAY_IO_H

#include "realnet/relay/conduit.h"
#include "realnet/relay/pipe-pool.h"

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
    void Pump(Conduit& conduit, Side source);

    /** Drops what it holds and takes its pipes back. */
    void Release(Conduit& conduit);

    /** \return whether bytes have gone through a pipe since the last call. */
    bool
    TakeStreamed()
    {
        return std::exchange(m_streamed, false);
    }

  private:
    void Receive(Conduit& conduit, Side source);
    void Fill(Conduit& conduit, Side source);
    void Send(Conduit& conduit, Side source);
    void Drain(Conduit& conduit, Side source);
    void PassEnd(Conduit& conduit, Side source);
    void Tidy(Conduit& conduit, Side source);
    void ReturnPipe(Channel& channel);
    void OnReadResult(Conduit& conduit, Side source, ssize_t n, std::size_t asked);
    void OnWriteResult(Conduit& conduit, Side source, ssize_t n);

    std::vector<char> m_buffer;
    std::size_t m_offset{0}; //!< of the first byte in the buffer that was not written yet
    PipePool m_pipes;
    bool m_streamed{false};
};

} // namespace sonda

#endif
