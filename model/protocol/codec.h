#ifndef SONDA_MODEL_PROTOCOL_CODEC_H
#define SONDA_MODEL_PROTOCOL_CODEC_H

#include "model/base/error.h"
#include "model/protocol/pdu.h"
#include "model/protocol/refusal.h"

#include <optional>
#include <string>
#include <string_view>

/**
 * Between PDUs and their JSON text. The text is one line without line feed; what follows the first
 * line feed of a datagram is the trailer (auth.h) and not looked at here.
 *
 * Decoding accepts the base form and version 2, ignores unknown keys, and refuses a PDU whole when
 * a known key has a wrong type or an impossible value. All functions are free of state and may be
 * called from any thread.
 */
namespace sonda
{

/**
 * \return what keeps \p id from being an agent's identity, or nothing: 1 to 64 bytes of UTF-8
 *         without space, comma, quote and control character. Encode() relies on it.
 */
std::optional<Error> CheckId(const std::string& id);

std::string Encode(const ProbeRequest& request);
std::string Encode(const ProbeResponse& response);

/** \return the bytes before the first line feed. */
std::string_view PduText(std::string_view datagram);

Expected<ProbeRequest, Refusal> DecodeRequest(std::string_view datagram);
Expected<ProbeResponse, Refusal> DecodeResponse(std::string_view datagram);

} // namespace sonda

#endif
