#ifndef SONDA_MODEL_PROTOCOL_READER_H
#define SONDA_MODEL_PROTOCOL_READER_H

#include "model/protocol/members.h"
#include "model/protocol/pdu.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/** How decode.cc reads typed values out of a PDU's JSON text; no other file needs this. */
namespace sonda
{

/**
 * Typed access to the keys of one object. Each function throws Fault when the value is missing
 * (but for the Optional ones), of another type, or out of its range, bounds included.
 */
class Reader
{
  public:
    /** \param members are kept by reference */
    explicit Reader(const Members& members);

    void RequireKind(const char* kind) const;

    double Number(const char* key, double least, double most) const;
    std::optional<double> OptionalNumber(const char* key, double least, double most) const;
    std::uint64_t Whole(const char* key, std::uint64_t least, std::uint64_t most) const;
    std::optional<std::uint64_t> OptionalWhole(const char* key,
                                               std::uint64_t least,
                                               std::uint64_t most) const;
    std::string Text(const char* key) const;
    std::optional<std::string> OptionalText(const char* key) const;
    /** \return whether the key is there; its one possible value is true. */
    bool OptionalTrue(const char* key) const;
    /** \return whether the key is there, whatever its value. */
    bool Has(const char* key) const;
    std::optional<sonda::Slice> Slice() const;

  private:
    const nlohmann::json* Find(std::string_view key) const;
    const nlohmann::json& Required(const char* key) const;

    const Members& m_members;
};

} // namespace sonda

#endif
