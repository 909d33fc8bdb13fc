#include "realnet/admin/admin-server.h"
#include "realnet/admin/metrics-text.h"
#include "realnet/admin/page-files.h"
#include "realnet/admin/state-json.h"
#include "realnet/common/clock.h"
#include "realnet/common/counters-json.h"
#include "realnet/common/log.h"

#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>

/** The part of AdminServer that answers. Any of its threads. */
namespace sonda
{

namespace
{

constexpr const char* TEXT = "text/plain; charset=utf-8";
constexpr const char* JSON = "application/json";

/** Snapshots come twice a second: after this the control thread does nothing any more. */
constexpr Duration SILENT_AFTER = std::chrono::seconds(5);

/** Lets both ends notice that the other is gone while there is nothing to send. */
constexpr Duration HEARTBEAT = std::chrono::seconds(10);

void
Answer(httplib::Response& response, int status, const std::string& text)
{
    response.status = status;
    response.set_content(text + "\n", TEXT);
}

/** "/api/agents/ID/drain" taken apart; the ID may hold anything but a space. */
struct DrainOrder
{
    std::string id;
    bool drained;
};

std::optional<DrainOrder>
ParseOrder(std::string_view path)
{
    constexpr std::string_view prefix = "/api/agents/";
    if (path.substr(0, prefix.size()) != prefix)
    {
        return std::nullopt;
    }
    path.remove_prefix(prefix.size());
    for (const auto& [suffix, drained] : {std::pair<std::string_view, bool>{"/drain", true},
                                          std::pair<std::string_view, bool>{"/ready", false}})
    {
        if (path.size() > suffix.size() && path.substr(path.size() - suffix.size()) == suffix)
        {
            return DrainOrder{std::string(path.substr(0, path.size() - suffix.size())), drained};
        }
    }
    return std::nullopt;
}

} // namespace

bool
AdminServer::HostIsOurs(const Request& request) const
{
    std::string host = request.get_header_value("Host");
    if (!m_loopback || host.empty()) // without Host it is no browser
    {
        return true;
    }
    if (host.front() == '[')
    {
        return true; // an IPv6 address in brackets: no name can be written so
    }
    host = host.substr(0, host.rfind(':'));
    in_addr ignored{};
    return host == "localhost" || inet_pton(AF_INET, host.c_str(), &ignored) == 1;
}

void
AdminServer::Route(const Request& request, Response& response)
{
    if (!HostIsOurs(request))
    {
        Answer(response,
               421,
               "This listener is for this machine: ask for it by address or as localhost, not as " +
                   Printable(request.get_header_value("Host")));
    }
    else if (request.method == "GET" || request.method == "HEAD")
    {
        Get(request, response);
    }
    else if (request.method == "POST")
    {
        Post(request, response);
    }
    else
    {
        response.set_header("Allow", "GET, HEAD, POST");
        Answer(response, 405, "Only GET, HEAD and POST are answered");
    }
}

void
AdminServer::Get(const Request& request, Response& response)
{
    if (request.path == "/healthz")
    {
        GetHealth(response);
        return;
    }
    if (GetPage(request, response))
    {
        return;
    }
    const auto posted = m_board.Latest();
    if (!posted)
    {
        Answer(response, 503, "The proxy is just starting");
    }
    else if (request.path == "/api/state")
    {
        response.set_content(StateText(*posted->snapshot, ALL_AGENTS) + "\n", JSON);
    }
    else if (request.path == "/api/events" && request.method == "GET")
    {
        GetEvents(response);
    }
    else if (request.path == "/api/history.csv")
    {
        GetHistory(request, response);
    }
    else if (request.path == "/metrics")
    {
        response.set_content(MetricsText(*posted->snapshot),
                             "text/plain; version=0.0.4; charset=utf-8");
    }
    else if (request.path == "/readyz")
    {
        GetReadiness(response);
    }
    else
    {
        Answer(response,
               404,
               "There are: / /api/state /api/events /api/history.csv /metrics /healthz /readyz, "
               "and POST /api/agents/ID/drain and /api/agents/ID/ready");
    }
}

bool
AdminServer::GetPage(const Request& request, Response& response) const
{
    const PageFile* file = FindPageFile(request.path);
    if (file == nullptr)
    {
        return false;
    }
    response.set_content(file->content.data(), file->content.size(), file->type);
    return true;
}

void
AdminServer::GetEvents(Response& response)
{
    if (m_eventReaders.fetch_add(1) >= MOST_EVENT_READERS)
    {
        m_eventReaders.fetch_sub(1);
        response.set_header("Retry-After", "5");
        Answer(response,
               503,
               fmt::format("There are {} readers of events already; /api/state still answers",
                           MOST_EVENT_READERS));
        return;
    }
    // The page reconnects a second after the stream broke, so that a restart is seen at once.
    auto seen = std::make_shared<std::optional<std::uint64_t>>();
    response.set_chunked_content_provider(
        "text/event-stream",
        [this, seen](std::size_t, httplib::DataSink& sink)
        {
            if (!*seen)
            {
                constexpr std::string_view hello = "retry: 1000\n\n";
                *seen = 0; // the first snapshot has another number
                return sink.write(hello.data(), hello.size());
            }
            return SendEvent(sink, **seen);
        },
        [this](bool) { m_eventReaders.fetch_sub(1); });
}

bool
AdminServer::SendEvent(httplib::DataSink& sink, std::uint64_t& seen) const
{
    const auto posted = m_board.WaitForOther(seen, HEARTBEAT);
    if (m_board.IsClosed())
    {
        sink.done();
        return true;
    }
    if (!posted)
    {
        constexpr std::string_view heartbeat = ": heartbeat\n\n";
        return sink.write(heartbeat.data(), heartbeat.size());
    }
    // A reader that is slow misses snapshots; one that does not read at all is dropped by the
    // write's timeout.
    seen = posted->snapshot->sequence;
    const std::string& text = posted->EventText();
    return sink.write(text.data(), text.size());
}

void
AdminServer::GetHistory(const Request& request, Response& response) const
{
    std::optional<std::uint64_t> after;
    if (request.has_param("after"))
    {
        const std::string text = request.get_param_value("after");
        std::uint64_t number = 0;
        const auto [rest, code] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (code != std::errc{} || rest != text.data() + text.size())
        {
            Answer(response,
                   400,
                   "after: '" + Printable(text) +
                       "' is not the number of a window, a whole number "
                       "from 0");
            return;
        }
        after = number;
    }
    const auto posted = m_board.Latest();
    response.set_content(HistoryText(*posted->snapshot, after), "text/csv; charset=utf-8");
}

void
AdminServer::GetHealth(Response& response) const
{
    const auto posted = m_board.Latest();
    const Duration silent = posted ? Now() - posted->at : Duration(0);
    if (silent > SILENT_AFTER)
    {
        Answer(response,
               503,
               fmt::format("The control thread has been silent for {:.0f} s", ToSeconds(silent)));
        return;
    }
    Answer(response, 200, "ok");
}

void
AdminServer::GetReadiness(Response& response) const
{
    const AdminSnapshot& snapshot = *m_board.Latest()->snapshot;
    std::size_t candidates = 0;
    for (const AgentRow& row : snapshot.agents)
    {
        candidates += row.candidate;
    }
    if (snapshot.draining)
    {
        Answer(response, 503, "draining: no more clients are taken");
    }
    else if (candidates == 0)
    {
        Answer(response,
               503,
               fmt::format("no agent can be picked, of {} known", snapshot.agents.size()));
    }
    else
    {
        Answer(response, 200, fmt::format("ready; agents that can be picked: {}", candidates));
    }
}

void
AdminServer::Post(const Request& request, Response& response) const
{
    const auto order = ParseOrder(request.path);
    if (!order)
    {
        Answer(response, 404, "POST goes to /api/agents/ID/drain or /api/agents/ID/ready");
        return;
    }
    const auto token = Token();
    if (!token)
    {
        Answer(response, 403, "Nothing can be changed here: start with --admin-token-file");
        return;
    }
    constexpr std::string_view scheme = "Bearer ";
    const std::string shown = request.get_header_value("Authorization");
    if (shown.compare(0, scheme.size(), scheme) != 0 ||
        !token->Matches(std::string_view(shown).substr(scheme.size())))
    {
        response.set_header("WWW-Authenticate", "Bearer");
        Answer(response, 401, "Send the token: 'Authorization: Bearer TOKEN'");
        return;
    }
    const char* word = order->drained ? "drained" : "ready";
    if (!m_drain(order->id, order->drained))
    {
        Answer(response, 404, "There is no agent " + Printable(order->id));
        return;
    }
    spdlog::info("agent {}: {} by hand, asked for by {}",
                 Printable(order->id),
                 word,
                 request.remote_addr);
    Answer(response, 200, Printable(order->id) + " is " + word);
}

} // namespace sonda
