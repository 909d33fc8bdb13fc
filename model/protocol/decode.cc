#include "model/protocol/codec.h"
#include "model/protocol/ipv6.h"
#include "model/protocol/reader.h"

#include <limits>

namespace sonda
{

namespace
{

/** Any finite number: JSON has no others. */
constexpr double ANY = std::numeric_limits<double>::max();

/** 11 days: connections that live for ever do not complete, and so are in no mean. */
constexpr std::uint64_t MOST_SERVICE_US = 1'000'000'000'000;

void
CheckVersion(const Reader& reader)
{
    // A later version adds keys, which are ignored here; it does not change these.
    reader.OptionalWhole("v", 1, std::numeric_limits<int>::max());
}

ServerState
ReadState(const Reader& reader)
{
    const auto text = reader.OptionalText("state");
    for (const auto state : {ServerState::READY, ServerState::DRAIN, ServerState::DOWN})
    {
        if (!text || *text == ToString(state))
        {
            return state;
        }
    }
    Refuse(RefusalReason::OUT_OF_RANGE, "state must be ready, drain or down");
}

Endpoint
ReadServer(const Reader& reader)
{
    Endpoint server;
    server.address = reader.Text("IP");
    if (!IsHostAddress(server.address))
    {
        Refuse(RefusalReason::OUT_OF_RANGE,
               "IP must be the address of one host: a dotted quad, or IPv6 as in RFC 5952");
    }
    server.port = reader.Whole("Door", 1, 65535);
    return server;
}

std::optional<std::string>
ReadHex(const Reader& reader, const char* key, std::size_t digits)
{
    auto text = reader.OptionalText(key);
    if (text && (text->size() != digits ||
                 text->find_first_not_of("0123456789abcdef") != std::string::npos))
    {
        Refuse(RefusalReason::OUT_OF_RANGE,
               std::string(key) + " must be " + std::to_string(digits) +
                   " lower-case hexadecimal digits");
    }
    return text;
}

std::optional<std::string>
ReadNonce(const Reader& reader)
{
    return ReadHex(reader, "nonce", 32);
}

/** \return the identity under \p key, if it is there. */
std::optional<std::string>
ReadId(const Reader& reader, const char* key)
{
    auto id = reader.OptionalText(key);
    if (id)
    {
        if (auto error = CheckId(*id))
        {
            Refuse(RefusalReason::OUT_OF_RANGE, std::move(error->message));
        }
    }
    return id;
}

Report
ReadReport(const Reader& reader)
{
    Report report;
    report.ram = reader.Number("RAM", 0, ANY);
    report.cpu = reader.Number("CPU", 0, 100);
    report.ramTotal = reader.OptionalNumber("ram_total", 0, ANY);
    report.cores = reader.OptionalNumber("cores", 0, 1e6);
    report.cpu10s = reader.OptionalNumber("cpu_10s", 0, 100);
    report.load1 = reader.OptionalNumber("load_1", 0, ANY);
    if (const auto inFlight = reader.OptionalWhole("inflight", 0, 0xFFFFFFFFU))
    {
        report.inFlight = static_cast<std::uint32_t>(*inFlight);
    }
    if (const auto service = reader.OptionalWhole("service_us", 1, MOST_SERVICE_US))
    {
        report.serviceTime = static_cast<double>(*service) * 1e-6;
    }
    report.rate = reader.OptionalNumber("rate", 0, 1e9);
    report.state = ReadState(reader);
    report.weight = reader.OptionalNumber("weight", 1e-6, 1e6).value_or(1);
    return report;
}

/**
 * A response without nonce may come from anybody, who need not even have seen a request: it says
 * what the report's agents say, and nothing else.
 */
void
RefuseVersion2(const Reader& reader)
{
    for (const char* const key : {"v",
                                  "hold_us",
                                  "id",
                                  "ram_total",
                                  "cores",
                                  "cpu_10s",
                                  "load_1",
                                  "inflight",
                                  "service_us",
                                  "rate",
                                  "state",
                                  "weight"})
    {
        if (reader.Has(key))
        {
            Refuse(RefusalReason::BASE_FORM, std::string(key) + " needs a nonce beside it");
        }
    }
}

ProbeResponse
ReadResponse(const Reader& reader)
{
    reader.RequireKind("probe response");
    CheckVersion(reader);
    ProbeResponse response;
    response.server = ReadServer(reader);
    response.report = ReadReport(reader);
    response.nonce = ReadNonce(reader);
    constexpr std::uint64_t mostHoldUs = std::chrono::microseconds(MAX_HOLD).count();
    if (const auto hold = reader.OptionalWhole("hold_us", 0, mostHoldUs))
    {
        response.hold = std::chrono::microseconds(*hold);
    }
    response.id = ReadId(reader, "id");
    response.notice = reader.OptionalTrue("notice");
    if (response.notice && !(response.nonce && response.hold))
    {
        Refuse(RefusalReason::MISSING_KEY, response.nonce ? "hold_us" : "nonce");
    }
    if (!response.nonce)
    {
        RefuseVersion2(reader);
    }
    return response;
}

std::optional<ProbeRequest::Order>
ReadOrder(const Reader& reader)
{
    const auto monitor = ReadHex(reader, "monitor", 16);
    const auto stamp = reader.OptionalWhole("stamp", 1, MAX_STAMP);
    if (monitor.has_value() != stamp.has_value())
    {
        Refuse(RefusalReason::MISSING_KEY, monitor ? "stamp" : "monitor");
    }
    return monitor ? std::make_optional(ProbeRequest::Order{*monitor, *stamp}) : std::nullopt;
}

ProbeRequest
ReadRequest(const Reader& reader)
{
    reader.RequireKind("probe request");
    CheckVersion(reader);
    ProbeRequest request;
    request.nonce = ReadNonce(reader);
    if (const auto window = reader.OptionalWhole("window_ms", 0, MAX_WINDOW_MS))
    {
        request.windowMs = static_cast<std::uint32_t>(*window);
    }
    request.slice = reader.Slice();
    if (const auto below = reader.OptionalWhole("below", 1, MAX_BELOW))
    {
        request.below = static_cast<std::uint32_t>(*below);
    }
    request.to = ReadId(reader, "to");
    request.order = ReadOrder(reader);
    return request;
}

bool
IsUtf8(const std::string& text)
{
    try
    {
        nlohmann::json(text).dump();
        return true;
    }
    catch (const nlohmann::json::type_error&)
    {
        return false;
    }
}

} // namespace

std::string_view
PduText(std::string_view datagram)
{
    return datagram.substr(0, datagram.find('\n'));
}

std::optional<Error>
CheckId(const std::string& id)
{
    const Error error{"id must be UTF-8 of 1 to 64 bytes with no space, comma, quote or control "
                      "character"};
    if (id.empty() || id.size() > MAX_ID_BYTES || !IsUtf8(id))
    {
        return error;
    }
    for (std::size_t i = 0; i < id.size(); ++i)
    {
        const auto byte = static_cast<unsigned char>(id[i]);
        // Control characters, U+0080 to U+009F among them, would forge log lines; commas and quotes
        // would need quoting in CSV.
        const bool c1 = byte == 0xC2 && static_cast<unsigned char>(id[i + 1]) < 0xA0;
        if (byte < 0x21 || byte == 0x7F || byte == ',' || byte == '"' || c1)
        {
            return error;
        }
    }
    return std::nullopt;
}

Expected<ProbeRequest, Refusal>
DecodeRequest(std::string_view datagram)
{
    try
    {
        const Members object = ParseObject(datagram);
        return ReadRequest(Reader(object));
    }
    catch (const Fault& fault)
    {
        return fault.refusal;
    }
}

Expected<ProbeResponse, Refusal>
DecodeResponse(std::string_view datagram)
{
    try
    {
        const Members object = ParseObject(datagram);
        return ReadResponse(Reader(object));
    }
    catch (const Fault& fault)
    {
        return fault.refusal;
    }
}

} // namespace sonda
