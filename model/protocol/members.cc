#include "model/protocol/members.h"

#include "model/protocol/codec.h"

#include <algorithm>

namespace sonda
{

namespace
{

using Json = nlohmann::json;

/** Deeper than any PDU, with room for later keys whose values are objects. */
constexpr int MAX_DEPTH = 4;

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

} // namespace sonda
