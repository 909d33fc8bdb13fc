#ifndef SONDA_MODEL_PROTOCOL_AUTH_H
#define SONDA_MODEL_PROTOCOL_AUTH_H

#include "model/base/error.h"
#include "model/protocol/refusal.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/**
 * Keyed authentication of PDUs: the trailer line `auth b2 kid=… mac=…` (docs/protocol.md).
 *
 * mac is BLAKE2b with a 32-byte key and 16 bytes of output over
 *
 *     "sonda-probe-v2" NUL role NUL label NUL sender NUL line LF "auth b2 kid=" kid " mac="
 *
 * in base64url without padding; role is `Q` for requests and `R` for responses, label names the
 * cluster, sender is the dotted quad that the receiver sees as source, line is the PDU's exact
 * bytes. Nothing is encrypted. Freshness comes from the nonce inside the PDU.
 */
namespace sonda
{

/** Who speaks: a request never passes for a response. */
enum class Role : char
{
    REQUEST = 'Q',
    RESPONSE = 'R',
};

/**
 * The keys of one cluster: several may be accepted at a time, one signs. A value; safe to read from
 * many threads. Keys never appear in any message.
 */
class Keyring
{
  public:
    using Key = std::array<unsigned char, 32>;

    /**
     * Reads a key file: lines `key KID BASE64` (32 bytes), one line `active KID`, at most one line
     * `label TEXT`, comments from `#`.
     *
     * \param text the file's content
     * \param name the file's name, for error messages
     */
    static Expected<Keyring> Parse(std::string_view text, const std::string& name);

    /** \return the PDU with its trailer, ready to be sent. */
    std::string Seal(Role role, const std::string& sender, const std::string& pdu) const;

    /** \return nothing if the datagram is authentic, else why it is not. */
    std::optional<Refusal> Check(Role role,
                                 const std::string& sender,
                                 std::string_view datagram) const;

  private:
    std::string Mac(const Key& key,
                    Role role,
                    const std::string& sender,
                    std::string_view pdu,
                    const std::string& kid) const;

    std::map<std::string, Key> m_keys;
    std::string m_active;
    std::string m_label;
};

} // namespace sonda

#endif
