#include "model/protocol/codec.h"

#include "model/protocol/address.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <set>

namespace sonda
{

namespace
{

using Json = nlohmann::json;

/** Deeper than any PDU, with room for later keys whose values are objects. */
constexpr int MAX_DEPTH = 4;

/** Thrown inside this file only: the first fault ends the decoding of a PDU. */
struct Fault
{
    Refusal refusal;
};

[[noreturn]] void
Refuse(RefusalReason reason, std::string detail)
{
    throw Fault{Refusal{reason, std::move(detail)}};
}

/** Parses the PDU's text to an object, or throws Fault. */
Json
ParseObject(std::string_view datagram)
{
    if (datagram.size() > MAX_DATAGRAM_BYTES)
    {
        Refuse(RefusalReason::TOO_LONG, std::to_string(datagram.size()) + " bytes");
    }
    const std::string_view text = PduText(datagram);
    std::set<std::string> keys;
    const auto watch = [&keys](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth > MAX_DEPTH)
        {
            Refuse(RefusalReason::TOO_DEEP, "more than " + std::to_string(MAX_DEPTH) + " levels");
        }
        if (event == Json::parse_event_t::key && depth == 1 &&
            !keys.insert(parsed.get<std::string>()).second)
        {
            Refuse(RefusalReason::DUPLICATE_KEY, parsed.get<std::string>());
        }
        return true;
    };
    const Json object = Json::parse(text.begin(), text.end(), watch, false);
    if (object.is_discarded())
    {
        Refuse(RefusalReason::NOT_JSON, "");
    }
    if (!object.is_object())
    {
        Refuse(RefusalReason::NOT_AN_OBJECT, object.type_name());
    }
    return object;
}

/** Reads typed values out of a PDU; throws Fault when one is not as documented. */
class Reader
{
  public:
    explicit Reader(const Json& object)
        : m_object(object)
    {
    }

    void RequireKind(const char* kind) const
    {
        const auto found = m_object.find("tipo");
        if (found == m_object.end() || !found->is_string() || *found != kind)
        {
            Refuse(RefusalReason::WRONG_KIND, std::string("tipo must be \"") + kind + "\"");
        }
    }

    void CheckVersion() const
    {
        // A later version adds keys, which are ignored here; it does not change these.
        OptionalWhole("v", 1, std::numeric_limits<int>::max());
    }

    double Number(const char* key, double least, double most) const
    {
        return CheckNumber(key, Required(key), least, most);
    }

    std::optional<double> OptionalNumber(const char* key, double least, double most) const
    {
        const auto found = m_object.find(key);
        if (found == m_object.end())
        {
            return std::nullopt;
        }
        return CheckNumber(key, *found, least, most);
    }

    std::uint64_t Whole(const char* key, std::uint64_t least, std::uint64_t most) const
    {
        return CheckWhole(key, Required(key), least, most);
    }

    std::optional<std::uint64_t> OptionalWhole(const char* key,
                                               std::uint64_t least,
                                               std::uint64_t most) const
    {
        const auto found = m_object.find(key);
        if (found == m_object.end())
        {
            return std::nullopt;
        }
        return CheckWhole(key, *found, least, most);
    }

    std::string Text(const char* key) const
    {
        return CheckText(key, Required(key));
    }

    std::optional<std::string> OptionalText(const char* key) const
    {
        const auto found = m_object.find(key);
        if (found == m_object.end())
        {
            return std::nullopt;
        }
        return CheckText(key, *found);
    }

    std::optional<std::string> Nonce() const
    {
        const auto nonce = OptionalText("nonce");
        if (nonce && (nonce->size() != 32 ||
                      nonce->find_first_not_of("0123456789abcdef") != std::string::npos))
        {
            Refuse(RefusalReason::OUT_OF_RANGE, "nonce must be 32 lower-case hexadecimal digits");
        }
        return nonce;
    }

    std::optional<sonda::Slice> Slice() const
    {
        const auto found = m_object.find("slice");
        if (found == m_object.end())
        {
            return std::nullopt;
        }
        if (!found->is_array() || found->size() != 2)
        {
            Refuse(RefusalReason::WRONG_TYPE, "slice must be [k, r]");
        }
        sonda::Slice slice;
        constexpr std::uint64_t most = 1U << 20;
        slice.modulus = CheckWhole("slice[0]", (*found)[0], 1, most);
        slice.residue = CheckWhole("slice[1]", (*found)[1], 0, slice.modulus - 1);
        return slice;
    }

  private:
    const Json& Required(const char* key) const
    {
        const auto found = m_object.find(key);
        if (found == m_object.end())
        {
            Refuse(RefusalReason::MISSING_KEY, key);
        }
        return *found;
    }

    static double CheckNumber(const char* key, const Json& value, double least, double most)
    {
        if (!value.is_number())
        {
            Refuse(RefusalReason::WRONG_TYPE, std::string(key) + " must be a number");
        }
        const double number = value.get<double>();
        if (!(number >= least && number <= most))
        {
            Refuse(RefusalReason::OUT_OF_RANGE, std::string(key) + " = " + value.dump());
        }
        return number;
    }

    static std::uint64_t CheckWhole(const char* key,
                                    const Json& value,
                                    std::uint64_t least,
                                    std::uint64_t most)
    {
        if (!value.is_number_integer())
        {
            Refuse(RefusalReason::WRONG_TYPE, std::string(key) + " must be a whole number");
        }
        // A negative number is kept apart: as unsigned it would look large.
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least ||
            value.get<std::uint64_t>() > most)
        {
            Refuse(RefusalReason::OUT_OF_RANGE, std::string(key) + " = " + value.dump());
        }
        return value.get<std::uint64_t>();
    }

    static std::string CheckText(const char* key, const Json& value)
    {
        if (!value.is_string())
        {
            Refuse(RefusalReason::WRONG_TYPE, std::string(key) + " must be a string");
        }
        return value.get<std::string>();
    }

    const Json& m_object;
};

constexpr double ANY = std::numeric_limits<double>::max();

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
    const auto address = ParseIpv4(server.address);
    if (!address || !IsUnicast(*address))
    {
        Refuse(RefusalReason::OUT_OF_RANGE, "IP must be the dotted quad of one host");
    }
    server.port = reader.Whole("Door", 1, 65535);
    return server;
}

std::optional<std::string>
ReadId(const Reader& reader)
{
    auto id = reader.OptionalText("id");
    if (!id)
    {
        return id;
    }
    if (id->empty() || id->size() > MAX_ID_BYTES)
    {
        Refuse(RefusalReason::OUT_OF_RANGE, "id must have 1 to 64 bytes");
    }
    for (const char c : *id)
    {
        // Control characters would forge log lines; commas and quotes would need quoting in CSV.
        if (static_cast<unsigned char>(c) < 0x21 || c == 0x7F || c == ',' || c == '"')
        {
            Refuse(RefusalReason::OUT_OF_RANGE,
                   "id must have no space, comma, quote or control character");
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
    report.state = ReadState(reader);
    report.weight = reader.OptionalNumber("weight", 1e-6, 1e6).value_or(1);
    return report;
}

ProbeResponse
ReadResponse(const Reader& reader)
{
    reader.RequireKind("probe response");
    reader.CheckVersion();
    ProbeResponse response;
    response.server = ReadServer(reader);
    response.report = ReadReport(reader);
    response.nonce = reader.Nonce();
    // An agent may hold a request for its window and be late; a minute more is absurd.
    constexpr std::uint64_t mostHoldUs = (MAX_WINDOW_MS + 60'000) * 1000ULL;
    if (const auto hold = reader.OptionalWhole("hold_us", 0, mostHoldUs))
    {
        response.hold = std::chrono::microseconds(*hold);
    }
    response.id = ReadId(reader);
    return response;
}

ProbeRequest
ReadRequest(const Reader& reader)
{
    reader.RequireKind("probe request");
    reader.CheckVersion();
    ProbeRequest request;
    request.nonce = reader.Nonce();
    if (const auto window = reader.OptionalWhole("window_ms", 0, MAX_WINDOW_MS))
    {
        request.windowMs = static_cast<std::uint32_t>(*window);
    }
    request.slice = reader.Slice();
    return request;
}

/** A whole number of bytes looks like one in the text: 8123456789, not 8123456789.0. */
Json
WholeIfWhole(double value)
{
    if (value >= 0 && value < 9e15 && std::floor(value) == value)
    {
        return static_cast<std::uint64_t>(value);
    }
    return value;
}

} // namespace

std::string_view
PduText(std::string_view datagram)
{
    return datagram.substr(0, datagram.find('\n'));
}

Expected<ProbeRequest, Refusal>
DecodeRequest(std::string_view datagram)
{
    try
    {
        const Json object = ParseObject(datagram);
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
        const Json object = ParseObject(datagram);
        return ReadResponse(Reader(object));
    }
    catch (const Fault& fault)
    {
        return fault.refusal;
    }
}

std::string
Encode(const ProbeRequest& request)
{
    nlohmann::ordered_json object = {{"tipo", "probe request"}};
    if (request.nonce || request.windowMs || request.slice)
    {
        object["v"] = PROTOCOL_VERSION;
    }
    if (request.nonce)
    {
        object["nonce"] = *request.nonce;
    }
    if (request.windowMs)
    {
        object["window_ms"] = *request.windowMs;
    }
    if (request.slice)
    {
        object["slice"] = {request.slice->modulus, request.slice->residue};
    }
    return object.dump();
}

std::string
Encode(const ProbeResponse& response)
{
    const Report& report = response.report;
    nlohmann::ordered_json object = {{"tipo", "probe response"},
                                     {"RAM", WholeIfWhole(report.ram)},
                                     {"CPU", WholeIfWhole(report.cpu)},
                                     {"IP", response.server.address},
                                     {"Door", response.server.port}};
    const auto put = [&object](const char* key, const auto& value) {
        if (value)
        {
            object[key] = WholeIfWhole(*value);
        }
    };
    if (response.id)
    {
        object["v"] = PROTOCOL_VERSION;
        object["id"] = *response.id;
    }
    if (response.nonce)
    {
        object["nonce"] = *response.nonce;
    }
    if (response.hold)
    {
        // Rounded down: the RTT then is at most a microsecond too long, and never negative.
        object["hold_us"] = std::chrono::floor<std::chrono::microseconds>(*response.hold).count();
    }
    put("ram_total", report.ramTotal);
    put("cores", report.cores);
    put("cpu_10s", report.cpu10s);
    put("load_1", report.load1);
    put("inflight", report.inFlight);
    if (response.id)
    {
        object["state"] = ToString(report.state);
        object["weight"] = WholeIfWhole(report.weight);
    }
    return object.dump();
}

} // namespace sonda
