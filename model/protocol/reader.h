#ifndef SONDA_MODEL_PROTOCOL_READER_H
#define SONDA_MODEL_PROTOCOL_READER_H

#include "model/protocol/pdu.h"
#include "model/protocol/refusal.h"

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

/** Thrown while a PDU is decoded, and caught by the decoding functions: the first fault ends it. */
struct Fault
{
    Refusal refusal;
};

/** Throws the Fault. */
[[noreturn]] void Refuse(RefusalReason reason, std::string detail);

/**
 * The members of a PDU's object in their order. Nested values are kept as far as a PDU needs them:
 * a list keeps its plain elements, an object is only known to be one. There are a dozen members, so
 * that looking one up by walking costs less than a tree would.
 */
using Members = std::vector<std::pair<std::string, nlohmann::json>>;

/** \return the members of the PDU's text; throws Fault when it is not one JSON object. */
Members ParseObject(std::string_view datagram);

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
    std::optional<sonda::Slice> Slice() const;

  private:
    const nlohmann::json* Find(std::string_view key) const;
    const nlohmann::json& Required(const char* key) const;

    const Members& m_members;
};

} // namespace sonda

#endif
