#ifndef SONDA_MODEL_PROTOCOL_MEMBERS_H
#define SONDA_MODEL_PROTOCOL_MEMBERS_H

#include "model/protocol/refusal.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/** From a PDU's JSON text to the members of its object; used by reader.h and decode.cc only. */
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

} // namespace sonda

#endif
