#ifndef SONDA_MODEL_PROTOCOL_TRAILER_H
#define SONDA_MODEL_PROTOCOL_TRAILER_H

#include <optional>
#include <string>
#include <string_view>

/** The trailer line of a signed datagram, as text (docs/protocol.md). No state; any thread. */
namespace sonda
{

/** What the code in a trailer is. */
enum class Scheme
{
    MAC,       //!< `auth b2 kid=KID[/AGENT] mac=…`: keyed BLAKE2b, 22 characters
    SIGNATURE, //!< `auth ed kid=KID sig=…`: Ed25519, 86 characters
};

/** The fields of a trailer line. */
struct Trailer
{
    Scheme scheme{Scheme::MAC};
    std::string kid;   //!< a key id, IsKeyName()
    std::string agent; //!< whose key it is, IsSignerId(); empty: all share it
    std::string code;  //!< in base64url without padding, of the scheme's length
};

/** \return whether the text can be a key id or a label: 1 to 32 of A-Z a-z 0-9 . _ -. */
bool IsKeyName(std::string_view text);

/**
 * \return whether the text can name an agent in a trailer: 1 to 64 printable ASCII characters but
 *         space, comma, quote and number sign
 */
bool IsSignerId(std::string_view text);

/** \return the trailer without its code, which is made over this text, too. */
std::string TrailerStart(Scheme scheme, const std::string& kid, const std::string& agent);

/** \return how many characters the code has. */
std::size_t CodeSize(Scheme scheme);

/** \return the fields, or nothing for a line of any other form; a line feed may end it. */
std::optional<Trailer> ParseTrailer(std::string_view line);

} // namespace sonda

#endif
