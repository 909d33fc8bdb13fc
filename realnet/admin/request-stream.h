#ifndef SONDA_REALNET_ADMIN_REQUEST_STREAM_H
#define SONDA_REALNET_ADMIN_REQUEST_STREAM_H

#include "model/base/time.h"

#include <array>
#include <cstddef>
#include <httplib.h>
#include <string>

namespace sonda
{

/**
 * A connection as the HTTP library reads and writes it, for one request. The library collects lines
 * and headers of any length and waits anew for every byte; here reading fails once the request is
 * too long or takes too long, so that no client makes the process grow or holds a thread. What is
 * answered may be of any length and last for ever.
 *
 * One thread. Does not own the descriptors; the socket may be blocking or not.
 */
class RequestStream : public httplib::Stream
{
  public:
    struct Limits
    {
        std::size_t bytes{0};  //!< of the whole request
        Duration request{0};   //!< from the stream's construction to the request's last byte
        Duration silence{0};   //!< between two pieces of the request
        Duration writeWait{0}; //!< for a client that does not read
    };

    /** \param stop readable: no more of a request is waited for */
    RequestStream(int socket, int stop, const Limits& limits);

    bool is_readable() const override;

    /** \return whether the client reads and is there, waiting for it if need be. */
    bool is_writable() const override;

    /** \return bytes read; 0: the client will send no more; -1: an error, stopped, or beyond a
     * limit. */
    ssize_t read(char* to, std::size_t most) override;

    /** \return bytes written, at least 1; -1: an error, or the client does not read. */
    ssize_t write(const char* from, std::size_t size) override;

    void get_remote_ip_and_port(std::string& ip, int& port) const override;
    void get_local_ip_and_port(std::string& ip, int& port) const override;
    socket_t socket() const override;

    using httplib::Stream::write;

  private:
    ssize_t Fill();

    int m_socket;
    int m_stop;
    Limits m_limits;
    Instant m_end;
    std::size_t m_bytesLeft;
    std::array<char, 4096> m_buffer{}; //!< the library reads byte by byte
    std::size_t m_at{0};
    std::size_t m_filled{0};
};

} // namespace sonda

#endif
