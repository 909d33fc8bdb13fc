#!/usr/bin/env bash
# Guess: an HTTP server that has run out of descriptors takes clients again when there are descriptors again; libmicrohttpd says
# "temporarily suspending accept()". It waits for the end of one of *its own* connections: after one EMFILE (or ENFILE, ENOBUFS,
# ENOMEM of the kernel, for however short a time) clients wait in the kernel for as long as the others, say readers of an event
# stream, stay. And in the "external" mode an end is not enough either: the freed place is used when MHD_run() is called once
# more, which neither MHD_get_timeout() nor the epoll descriptor asks for.
#
# Needs g++ and libmicrohttpd-dev; loopback only. Seen with 0.9.75 (Debian 12) and 1.0.1 (Debian 13).
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -r "$folder"' EXIT
cat >"$folder/server.cc" <<'CC'
#include <arpa/inet.h>
#include <cstdio>
#include <cstring>
#include <microhttpd.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static MHD_Result
Answer(void*, MHD_Connection* c, const char*, const char*, const char*, const char*, size_t*, void** seen)
{
    if (*seen == nullptr)
    {
        *seen = c; // an answer to the headers alone would end the connection
        return MHD_YES;
    }
    MHD_Response* r = MHD_create_response_from_buffer(2, (void*)"ok", MHD_RESPMEM_PERSISTENT);
    const MHD_Result queued = MHD_queue_response(c, 200, r);
    MHD_destroy_response(r);
    return queued;
}

static int
Ask(int port)
{
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int s = socket(AF_INET, SOCK_STREAM, 0);
    const char text[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    return connect(s, (sockaddr*)&to, sizeof(to)) == 0 && write(s, text, strlen(text)) > 0 ? s : -1;
}

static MHD_Daemon* server;
static int loopFd;

/** What the manual asks of a caller's event loop, for so long. */
static void
Run(int ms)
{
    for (const int step = 50; ms > 0; ms -= step)
    {
        MHD_UNSIGNED_LONG_LONG due = 0;
        pollfd ready{loopFd, POLLIN, 0};
        const bool isDue = MHD_get_timeout(server, &due) == MHD_YES && due <= step;
        if (poll(&ready, 1, isDue ? due : step) > 0 || isDue)
        {
            MHD_run(server);
        }
    }
}

static bool
IsAnswered(int client)
{
    pollfd ready{client, POLLIN, 0};
    return poll(&ready, 1, 0) > 0;
}

int
main()
{
    server = MHD_start_daemon(MHD_USE_EPOLL, 0, nullptr, nullptr, Answer, nullptr, MHD_OPTION_END);
    loopFd = MHD_get_daemon_info(server, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    const int port = MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT)->port;
    const int first = Ask(port); // and stays, as HTTP/1.1 connections do
    Run(500);
    const int second = Ask(port);
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const int next = dup(0);
    close(next);
    const rlimit none{(rlim_t)next, limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none); // no descriptor ...
    Run(500);
    setrlimit(RLIMIT_NOFILE, &limit); // ... and as many as ever
    Run(3000);
    const bool after = IsAnswered(second);
    shutdown(first, SHUT_RDWR);
    Run(3000);
    const bool afterEnd = IsAnswered(second);
    MHD_run(server);
    Run(500);
    const bool afterRun = IsAnswered(second);
    printf("libmicrohttpd %s; the first client was answered: %d; the second, 3 s after descriptors came back: %d; 3 s after the "
           "first one ended: %d; after one more MHD_run(): %d\n",
           MHD_get_version(), IsAnswered(first), after, afterEnd, afterRun);
    return IsAnswered(first) && !after && !afterEnd && afterRun ? 0 : 1;
}
CC
g++ -o "$folder/server" "$folder/server.cc" -lmicrohttpd
"$folder/server"
echo "as described"
