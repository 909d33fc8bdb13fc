#ifndef SONDA_BENCH_PROXY_ANSWERS_H
#define SONDA_BENCH_PROXY_ANSWERS_H

#include <string_view>

/** What the responder and the client say to each other. */
namespace sonda::bench
{

/** Asks for the answer and for more requests afterwards. */
constexpr std::string_view KEEP_ALIVE_REQUEST = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";
constexpr std::string_view CLOSING_REQUEST =
    "GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";

/** So many bytes is either answer long, head and body. */
constexpr std::size_t ANSWER_BYTES = 159;

constexpr std::string_view KEEP_ALIVE_ANSWER =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 94\r\n\r\n"
    "This answer is always the same; how long it takes to come is what is "
    "measured................\n";
constexpr std::string_view CLOSING_ANSWER =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 75\r\nConnection: close\r\n\r\n"
    "This answer is always the same; the connection ends behind it.............\n";
static_assert(KEEP_ALIVE_ANSWER.size() == ANSWER_BYTES && CLOSING_ANSWER.size() == ANSWER_BYTES);

/** With a number and a line's end: so many bytes, no head, and the end of the connection. */
constexpr std::string_view BULK_REQUEST = "GET /bulk/";

/** What a responder that speaks first says. */
constexpr std::string_view GREETING = "220 bench ready\r\n";

} // namespace sonda::bench

#endif
