#include "realnet/admin/http-server.h"

#include "realnet/admin/request-stream.h"
#include "realnet/common/descriptor.h"

#include <sys/socket.h>

namespace sonda
{

bool
HttpServer::process_and_close_socket(socket_t socket)
{
    const Descriptor owner(socket);
    RequestStream stream(socket,
                         {MOST_REQUEST_BYTES, REQUEST_PATIENCE, READ_PATIENCE, WRITE_PATIENCE});
    bool closed = false;
    const bool answered =
        process_request(stream,
                        true, // an idle connection would hold a thread
                        closed,
                        [](httplib::Request& request) { request.ranges.clear(); });
    shutdown(socket, SHUT_RDWR);
    return answered;
}

} // namespace sonda
