#include "model/protocol/reader.h"

namespace sonda
{

namespace
{

using Json = nlohmann::json;

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

bool
Reader::Has(const char* key) const
{
    return Find(key) != nullptr;
}

bool
Reader::OptionalTrue(const char* key) const
{
    const Json* const found = Find(key);
    if (found == nullptr)
    {
        return false;
    }
    if (!found->is_boolean())
    {
        Refuse(RefusalReason::WRONG_TYPE, std::string(key) + " must be true");
    }
    if (!found->get<bool>())
    {
        Refuse(RefusalReason::OUT_OF_RANGE, std::string(key) + " must be true, or be left out");
    }
    return true;
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
