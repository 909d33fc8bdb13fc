#ifndef SONDA_REALNET_ADMIN_HTTP_SERVER_H
#define SONDA_REALNET_ADMIN_HTTP_SERVER_H

#include "model/base/time.h"

#include <chrono>
#include <cstddef>
#include <httplib.h>

namespace sonda
{

/**
 * The HTTP library's server for clients that nobody vouches for: one bounded request a connection
 * (RequestStream), and no ranges, of which a short request can name thousands.
 */
class HttpServer : public httplib::Server
{
  public:
    /** Some hundred times what a browser sends. */
    static constexpr std::size_t MOST_REQUEST_BYTES = 64 * 1024;
    /** A client that has not sent its whole request after this is dropped. */
    static constexpr Duration REQUEST_PATIENCE = std::chrono::seconds(5);
    /** So is one that is silent for so long within its request, or before it. */
    static constexpr Duration READ_PATIENCE = std::chrono::seconds(1);
    /** So is one that does not read its answer for so long. */
    static constexpr Duration WRITE_PATIENCE = std::chrono::seconds(3);

  private:
    bool process_and_close_socket(socket_t socket) override;
};

} // namespace sonda

#endif
