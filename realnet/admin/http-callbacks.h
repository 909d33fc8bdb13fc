#ifndef SONDA_REALNET_ADMIN_HTTP_CALLBACKS_H
#define SONDA_REALNET_ADMIN_HTTP_CALLBACKS_H

#include "realnet/admin/http-listener.h"

#include <cstdint>
#include <microhttpd.h>

namespace sonda
{

/** What libmicrohttpd calls, always from within MHD_run(): the listener's thread. No exception
 * leaves them. */
struct HttpListener::Callbacks
{
    /** A client came or is gone; its socket is still open. */
    static void OnConnection(void* listener,
                             MHD_Connection* connection,
                             void** client,
                             MHD_ConnectionNotificationCode code);

    /** Headers, pieces of the body, and the whole request have come. */
    static MHD_Result OnRequest(void* listener,
                                MHD_Connection* connection,
                                const char* path,
                                const char* method,
                                const char* version,
                                const char* body,
                                std::size_t* bodyBytes,
                                void** seen);

    /** Sends what the handler has answered. */
    static MHD_Result Send(HttpListener& listener,
                           MHD_Connection* connection,
                           Client& client,
                           HttpAnswer answer);

    /** Decodes %XX in place; leaves a text with %00 alone, which C's strings cannot hold. */
    static std::size_t Unescape(void* listener, MHD_Connection* connection, char* text);
};

} // namespace sonda

#endif
