#include "realnet/admin/admin-server.h"
#include "realnet/admin/admin-streams.h"
#include "realnet/admin/page-files.h"
#include "realnet/admin/state-words.h"
#include "realnet/common/admin-limits.h"
#include "realnet/common/clock.h"
#include "realnet/common/counters-json.h"
#include "realnet/common/log.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>

/** The part of AdminServer that answers. The listener's thread. */
namespace sonda
{

namespace
{

constexpr const char* TEXT = "text/plain; charset=utf-8";
constexpr const char* JSON = "application/json";

/** Snapshots come twice a second: after this the control thread does nothing any more. */
constexpr Duration SILENT_AFTER = std::chrono::seconds(5);

HttpAnswer
Text(unsigned status, const std::string& text)
{
    return {status, TEXT, std::make_shared<const std::string>(text + "\n")};
}

/** An answer that all who ask while a snapshot is the newest share. */
HttpAnswer
Shared(const char* type,
       const std::shared_ptr<const SnapshotBoard::Posted>& owner,
       const std::string& text)
{
    return {200, type, std::shared_ptr<const std::string>(owner, &text)};
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

/** \return a whole number from 0, if the text is one. */
std::optional<std::uint64_t>
ParseNumber(const std::string& text)
{
    std::uint64_t number = 0;
    const auto [rest, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return code == std::errc{} && rest == text.data() + text.size()
               ? std::optional<std::uint64_t>(number)
               : std::nullopt;
}

HttpAnswer
GetHistory(const HttpRequest& request, const std::shared_ptr<const AdminSnapshot>& snapshot)
{
    const auto text = request.Parameter("after");
    const auto after = text ? ParseNumber(*text) : std::nullopt;
    if (text && !after)
    {
        return Text(400,
                    "after: '" + Printable(*text) +
                        "' is not the number of a window, a whole number from 0");
    }
    return {200, "text/csv; charset=utf-8", std::make_unique<HistoryStream>(snapshot, after)};
}

HttpAnswer
GetReadiness(const AdminSnapshot& snapshot)
{
    const Readiness readiness = ReadinessOf(snapshot);
    return Text(readiness.isReady ? 200 : 503, readiness.text);
}

} // namespace

bool
AdminServer::HostIsOurs(const HttpRequest& request) const
{
    std::string host = request.Header("Host").value_or("");
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

HttpAnswer
AdminServer::Route(const HttpRequest& request)
{
    if (!HostIsOurs(request))
    {
        return Text(421,
                    "This listener is for this machine: ask for it by address or as localhost, not "
                    "as " +
                        Printable(request.Header("Host").value_or("")));
    }
    if (request.method == "GET" || request.method == "HEAD")
    {
        return Get(request);
    }
    if (request.method == "POST")
    {
        return Post(request);
    }
    HttpAnswer answer = Text(405, "Only GET, HEAD and POST are answered");
    answer.headers.emplace_back("Allow", "GET, HEAD, POST");
    return answer;
}

HttpAnswer
AdminServer::Get(const HttpRequest& request)
{
    if (request.path == "/healthz")
    {
        return GetHealth();
    }
    if (const PageFile* file = FindPageFile(request.path))
    {
        return {200, file->type, file->content};
    }
    // Kept here: a newer one may come while this one is answered.
    const auto posted = m_board.Latest();
    if (!posted)
    {
        return Text(503, "The proxy is just starting");
    }
    if (request.path == "/api/state")
    {
        return Shared(JSON, posted, posted->StateText());
    }
    if (request.path == "/api/events" && request.method == "GET")
    {
        return GetEvents();
    }
    if (request.path == "/api/history.csv")
    {
        return GetHistory(request, posted->snapshot);
    }
    if (request.path == "/metrics")
    {
        return Shared("text/plain; version=0.0.4; charset=utf-8", posted, posted->MetricsText());
    }
    if (request.path == "/readyz")
    {
        return GetReadiness(*posted->snapshot);
    }
    return Text(404,
                "There are: / /api/state /api/events /api/history.csv /metrics /healthz /readyz, "
                "and POST /api/agents/ID/drain and /api/agents/ID/ready");
}

HttpAnswer
AdminServer::GetEvents()
{
    if (m_eventReaders >= MOST_EVENT_READERS)
    {
        HttpAnswer answer =
            Text(503,
                 fmt::format("There are {} readers of events already; /api/state still answers",
                             MOST_EVENT_READERS));
        answer.headers.emplace_back("Retry-After", "5");
        return answer;
    }
    return {200, "text/event-stream", std::make_unique<EventStream>(m_board, m_eventReaders)};
}

HttpAnswer
AdminServer::GetHealth() const
{
    const auto posted = m_board.Latest();
    const Duration silent = posted ? Now() - posted->at : Duration(0);
    if (silent > SILENT_AFTER)
    {
        return Text(
            503,
            fmt::format("The control thread has been silent for {:.0f} s", ToSeconds(silent)));
    }
    return Text(200, "ok");
}

HttpAnswer
AdminServer::Post(const HttpRequest& request) const
{
    const auto order = ParseOrder(request.path);
    if (!order)
    {
        return Text(404, "POST goes to /api/agents/ID/drain or /api/agents/ID/ready");
    }
    const auto token = Token();
    if (!token)
    {
        return Text(403, "Nothing can be changed here: start with --admin-token-file");
    }
    constexpr std::string_view scheme = "Bearer ";
    const std::string shown = request.Header("Authorization").value_or("");
    if (shown.compare(0, scheme.size(), scheme) != 0 ||
        !token->Matches(std::string_view(shown).substr(scheme.size())))
    {
        HttpAnswer answer = Text(401, "Send the token: 'Authorization: Bearer TOKEN'");
        answer.headers.emplace_back("WWW-Authenticate", "Bearer");
        return answer;
    }
    const char* word = order->drained ? "drained" : "ready";
    if (!m_drain(order->id, order->drained))
    {
        return Text(404, "There is no agent " + Printable(order->id));
    }
    spdlog::info("agent {}: {} by hand, asked for by {}",
                 Printable(order->id),
                 word,
                 request.Client());
    return Text(200, Printable(order->id) + " is " + word);
}

} // namespace sonda
