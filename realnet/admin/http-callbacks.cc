#include "realnet/admin/http-callbacks.h"

#include "realnet/common/admin-limits.h"
#include "realnet/common/clock.h"
#include "realnet/common/socket-address.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace sonda
{

namespace
{

/** All that is here is for the page's own origin, and nothing is to be guessed or kept. */
constexpr std::pair<const char*, const char*> EVERY_ANSWER[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
     "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
    {"Connection", "close"},
};

/** The library copies so much of a stream at a time. */
constexpr std::size_t PIECE_BYTES = 16 * 1024;

struct EndResponse
{
    void
    operator()(MHD_Response* response) const
    {
        MHD_destroy_response(response);
    }
};

using ResponsePtr = std::unique_ptr<MHD_Response, EndResponse>;

std::optional<std::string>
Value(MHD_Connection* connection, MHD_ValueKind kind, const char* name)
{
    const char* value = nullptr;
    std::size_t size = 0;
    if (MHD_lookup_connection_value_n(connection, kind, name, std::strlen(name), &value, &size) !=
        MHD_YES)
    {
        return std::nullopt;
    }
    return value == nullptr ? std::string() : std::string(value, size);
}

/** \return whether a request announces more of a body than is read. */
bool
IsTooLong(MHD_Connection* connection)
{
    const auto text = Value(connection, MHD_HEADER_KIND, "Content-Length");
    std::uint64_t bytes = 0;
    return text &&
           (std::from_chars(text->data(), text->data() + text->size(), bytes).ec != std::errc{} ||
            bytes > ADMIN_BODY_BYTES);
}

/** Keeps a text that is being sent. */
void
DropText(void* text)
{
    delete static_cast<std::shared_ptr<const std::string>*>(text);
}

ResponsePtr
TextResponse(std::shared_ptr<const std::string> text)
{
    auto owner = std::make_unique<std::shared_ptr<const std::string>>(std::move(text));
    // The library only reads it.
    ResponsePtr response(
        MHD_create_response_from_buffer_with_free_callback_cls((*owner)->size(),
                                                               const_cast<char*>((*owner)->data()),
                                                               DropText,
                                                               owner.get()));
    if (response)
    {
        owner.release();
    }
    return response;
}

ResponsePtr
LiteralResponse(std::string_view text)
{
    return ResponsePtr(MHD_create_response_from_buffer(text.size(),
                                                       const_cast<char*>(text.data()),
                                                       MHD_RESPMEM_PERSISTENT));
}

/** An answer in pieces while it is sent. */
struct Streamed
{
    std::unique_ptr<AnswerStream> stream;
    MHD_Connection* connection;
    const bool* cut;
    const std::atomic<bool>* stopping; //!< nobody may be suspended from then on
    std::vector<MHD_Connection*>* suspended;
    std::string_view rest{};
};

ssize_t
NextPiece(void* streamed, std::uint64_t, char* to, std::size_t most) noexcept
{
    auto& it = *static_cast<Streamed*>(streamed);
    try
    {
        while (it.rest.empty())
        {
            const bool ends = *it.cut || it.stopping->load();
            const auto piece = ends ? std::nullopt : it.stream->Next();
            if (!piece)
            {
                return MHD_CONTENT_READER_END_OF_STREAM;
            }
            if (piece->empty())
            {
                it.suspended->push_back(it.connection);
                MHD_suspend_connection(it.connection);
                return 0;
            }
            it.rest = *piece;
        }
    }
    catch (const std::exception&)
    {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    const std::size_t count = std::min(most, it.rest.size());
    std::copy_n(it.rest.data(), count, to);
    it.rest.remove_prefix(count);
    return static_cast<ssize_t>(count);
}

void
DropStream(void* streamed)
{
    delete static_cast<Streamed*>(streamed);
}

ResponsePtr
StreamResponse(std::unique_ptr<Streamed> streamed)
{
    ResponsePtr response(MHD_create_response_from_callback(MHD_SIZE_UNKNOWN,
                                                           PIECE_BYTES,
                                                           NextPiece,
                                                           streamed.get(),
                                                           DropStream));
    if (response)
    {
        streamed.release();
    }
    return response;
}

MHD_Result
Queue(MHD_Connection* connection, const HttpAnswer& answer, const ResponsePtr& response)
{
    if (!response)
    {
        return MHD_NO; // no memory
    }
    MHD_Result good = MHD_add_response_header(response.get(), "Content-Type", answer.type);
    for (const auto& [name, value] : EVERY_ANSWER)
    {
        good = good == MHD_NO ? MHD_NO : MHD_add_response_header(response.get(), name, value);
    }
    for (const auto& [name, value] : answer.headers)
    {
        good =
            good == MHD_NO ? MHD_NO : MHD_add_response_header(response.get(), name, value.c_str());
    }
    return good == MHD_NO ? MHD_NO : MHD_queue_response(connection, answer.status, response.get());
}

} // namespace

HttpRequest::HttpRequest(MHD_Connection* connection, const char* verb, const char* where)
    : method(verb),
      path(where),
      m_connection(connection)
{
}

std::optional<std::string>
HttpRequest::Header(const char* name) const
{
    return Value(m_connection, MHD_HEADER_KIND, name);
}

std::optional<std::string>
HttpRequest::Parameter(const char* name) const
{
    return Value(m_connection, MHD_GET_ARGUMENT_KIND, name);
}

std::string
HttpRequest::Client() const
{
    const auto* info = MHD_get_connection_info(m_connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == nullptr || info->client_addr == nullptr)
    {
        return "?";
    }
    SocketAddress address;
    const bool six = info->client_addr->sa_family == AF_INET6;
    std::memcpy(address.Raw(), info->client_addr, six ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
    return address.Address();
}

void
HttpListener::Callbacks::OnConnection(void* listener,
                                      MHD_Connection* connection,
                                      void** client,
                                      MHD_ConnectionNotificationCode code)
{
    auto& self = *static_cast<HttpListener*>(listener);
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
    {
        ++self.m_accepted;
        const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        try
        {
            // The bound of the list is the library's bound of connections.
            self.m_clients.push_back({info == nullptr ? -1 : info->connect_fd, Now()});
            *client = &self.m_clients.back();
        }
        catch (const std::bad_alloc&)
        {
            *client = nullptr; // OnRequest() refuses it
        }
        return;
    }
    self.m_hasEnded = true;
    self.m_clients.remove_if([client](const Client& one) { return &one == *client; });
}

MHD_Result
HttpListener::Callbacks::Send(HttpListener& listener,
                              MHD_Connection* connection,
                              Client& client,
                              HttpAnswer answer)
{
    client.phase = Phase::ANSWER;
    client.since = Now();
    if (auto* text = std::get_if<std::shared_ptr<const std::string>>(&answer.content))
    {
        return Queue(connection, answer, TextResponse(std::move(*text)));
    }
    if (auto* stream = std::get_if<std::unique_ptr<AnswerStream>>(&answer.content))
    {
        client.phase = (*stream)->IsFinite() ? Phase::ANSWER : Phase::STREAM;
        return Queue(connection,
                     answer,
                     StreamResponse(std::make_unique<Streamed>(Streamed{std::move(*stream),
                                                                        connection,
                                                                        &client.cut,
                                                                        &listener.m_stopping,
                                                                        &listener.m_suspended})));
    }
    return Queue(connection, answer, LiteralResponse(std::get<std::string_view>(answer.content)));
}

MHD_Result
HttpListener::Callbacks::OnRequest(void* listener,
                                   MHD_Connection* connection,
                                   const char* path,
                                   const char* method,
                                   const char*,
                                   const char*,
                                   std::size_t* bodyBytes,
                                   void** seen)
try
{
    auto& self = *static_cast<HttpListener*>(listener);
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    auto* client = info == nullptr ? nullptr : static_cast<Client*>(info->socket_context);
    if (client == nullptr)
    {
        return MHD_NO;
    }
    if (*seen == nullptr)
    {
        *seen = client;
        if (!IsTooLong(connection))
        {
            return MHD_YES; // called again for the body and at the end
        }
        const HttpAnswer answer{413, "text/plain; charset=utf-8", {}};
        return Queue(connection, answer, LiteralResponse("Nothing here reads so long a body\n"));
    }
    if (*bodyBytes > 0)
    {
        client->bodyBytes += std::exchange(*bodyBytes, 0);
        return client->bodyBytes > ADMIN_BODY_BYTES ? MHD_NO : MHD_YES;
    }
    return Send(self, connection, *client, self.m_handler(HttpRequest(connection, method, path)));
}
catch (const std::exception&)
{
    return MHD_NO; // for want of memory: the client is dropped, the others are not
}

std::size_t
HttpListener::Callbacks::Unescape(void*, MHD_Connection*, char* text)
{
    return std::strstr(text, "%00") == nullptr ? MHD_http_unescape(text) : std::strlen(text);
}

} // namespace sonda
