#include "model/protocol/reader.h"

#include "model/protocol/codec.h"

#include <algorithm>

namespace sonda
{

namespace
{

using Json = nlohmann::json;

/** Deeper than any PDU, with room for later keys whose values are objects. */
constexpr int MAX_DEPTH = 4;

/** The finest slicing that a request can ask for: no LAN has more agents than this. */
constexpr std::uint64_t MAX_SLICES = 1U << 20;

/**
 * Collects members while the parser reads, without building a document. Throws Fault for what is
 * wrong beyond syntax; a syntax error ends the parsing.
 */
class MemberCollector : public nlohmann::json_sax<Json>
{
  public:
    bool
    null() override
    {
        return Take(nullptr);
    }

    bool
    boolean(bool value) override
    {
        return Take(value);
    }

    bool
    number_integer(number_integer_t value) override
    {
        return Take(value);
    }

    bool
    number_unsigned(number_unsigned_t value) override
    {
        return Take(value);
    }

    bool
    number_float(number_float_t value, const string_t&) override
    {
        return Take(value);
    }

    bool
    string(string_t& value) override
    {
        return Take(std::move(value));
    }

    bool
    binary(binary_t&) override
    {
        return false; // JSON text has none
    }

    bool
    key(string_t& name) override
    {
        if (m_depth != 1)
        {
            return true;
        }
        const auto same = [&name](const auto& member) { return member.first == name; };
        if (std::any_of(members.begin(), members.end(), same))
        {
            // As JSON in ASCII, because the key is a stranger's and the detail goes to a log.
            Refuse(RefusalReason::DUPLICATE_KEY, Json(name).dump(-1, ' ', true));
        }
        members.emplace_back(std::move(name), nullptr);
        return true;
    }

    bool
    start_object(std::size_t) override
    {
        return Enter(Json::object());
    }

    bool
    end_object() override
    {
        --m_depth;
        return true;
    }

    bool
    start_array(std::size_t) override
    {
        return Enter(Json::array());
    }

    bool
    end_array() override
    {
        --m_depth;
        return true;
    }

    bool
    parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override
    {
        return false;
    }

    Members members;
    Json root; //!< an empty value of the outermost value's type

  private:
    bool
    Take(Json value)
    {
        if (m_depth == 0)
        {
            root = std::move(value);
        }
        else if (root.is_object() && m_depth == 1)
        {
            members.back().second = std::move(value);
        }
        else if (root.is_object() && m_depth == 2 && members.back().second.is_array())
        {
            members.back().second.push_back(std::move(value));
        }
        return true;
    }

    bool
    Enter(Json empty)
    {
        Take(std::move(empty));
        if (++m_depth > MAX_DEPTH)
        {
            Refuse(RefusalReason::TOO_DEEP, "more than " + std::to_string(MAX_DEPTH) + " levels");
        }
        return true;
    }

    int m_depth{0};
};

double
CheckNumber(const char* key, const Json& value, double least, double most)
{
    if (!value.is_number())
    {
        Refuse(RefusalReason::WRONG_TYPE, std::string(key) + " must be a number");
    }
    const auto number = value.get<double>();
    if (!(number >= least && number <= most))
    {
        Refuse(RefusalReason::OUT_OF_RANGE, std::string(key) + " = " + value.dump());
    }
    return number;
}

std::uint64_t
CheckWhole(const char* key, const Json& value, std::uint64_t least, std::uint64_t most)
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

std::string
CheckText(const char* key, const Json& value)
{
    if (!value.is_string())
    {
        Refuse(RefusalReason::WRONG_TYPE, std::string(key) + " must be a string");
    }
    return value.get<std::string>();
}

} // namespace

void
Refuse(RefusalReason reason, std::string detail)
{
    throw Fault{Refusal{reason, std::move(detail)}};
}

Members
ParseObject(std::string_view datagram)
{
    if (datagram.size() > MAX_DATAGRAM_BYTES)
    {
        Refuse(RefusalReason::TOO_LONG, std::to_string(datagram.size()) + " bytes");
    }
    const std::string_view text = PduText(datagram);
    // The parser takes NUL for the end of the text, and would not look at what follows.
    if (text.find('\0') != std::string_view::npos)
    {
        Refuse(RefusalReason::NOT_JSON, "NUL byte");
    }
    MemberCollector collector;
    if (!Json::sax_parse(text.begin(), text.end(), &collector))
    {
        Refuse(RefusalReason::NOT_JSON, "");
    }
    if (!collector.root.is_object())
    {
        Refuse(RefusalReason::NOT_AN_OBJECT, collector.root.type_name());
    }
    return std::move(collector.members);
}

Reader::Reader(const Members& members)
    : m_members(members)
{
}

void
Reader::RequireKind(const char* kind) const
{
    const Json* const found = Find("tipo");
    if (found == nullptr || !found->is_string() || *found != kind)
    {
        Refuse(RefusalReason::WRONG_KIND, std::string("tipo must be \"") + kind + "\"");
    }
}

double
Reader::Number(const char* key, double least, double most) const
{
    return CheckNumber(key, Required(key), least, most);
}

std::optional<double>
Reader::OptionalNumber(const char* key, double least, double most) const
{
    const Json* const found = Find(key);
    return found == nullptr ? std::nullopt
                            : std::make_optional(CheckNumber(key, *found, least, most));
}

std::uint64_t
Reader::Whole(const char* key, std::uint64_t least, std::uint64_t most) const
{
    return CheckWhole(key, Required(key), least, most);
}

std::optional<std::uint64_t>
Reader::OptionalWhole(const char* key, std::uint64_t least, std::uint64_t most) const
{
    const Json* const found = Find(key);
    return found == nullptr ? std::nullopt
                            : std::make_optional(CheckWhole(key, *found, least, most));
}

std::string
Reader::Text(const char* key) const
{
    return CheckText(key, Required(key));
}

std::optional<std::string>
Reader::OptionalText(const char* key) const
{
    const Json* const found = Find(key);
    return found == nullptr ? std::nullopt : std::make_optional(CheckText(key, *found));
}

std::optional<Slice>
Reader::Slice() const
{
    const Json* const found = Find("slice");
    if (found == nullptr)
    {
        return std::nullopt;
    }
    if (!found->is_array() || found->size() != 2)
    {
        Refuse(RefusalReason::WRONG_TYPE, "slice must be [k, r]");
    }
    sonda::Slice slice;
    slice.modulus = CheckWhole("slice[0]", (*found)[0], 1, MAX_SLICES);
    slice.residue = CheckWhole("slice[1]", (*found)[1], 0, slice.modulus - 1);
    return slice;
}

const Json*
Reader::Find(std::string_view key) const
{
    for (const auto& [name, value] : m_members)
    {
        if (name == key)
        {
            return &value;
        }
    }
    return nullptr;
}

const Json&
Reader::Required(const char* key) const
{
    const Json* const found = Find(key);
    if (found == nullptr)
    {
        Refuse(RefusalReason::MISSING_KEY, key);
    }
    return *found;
}

} // namespace sonda
