#ifndef SONDA_MODEL_PROTOCOL_AUTH_H
#define SONDA_MODEL_PROTOCOL_AUTH_H

#include "model/base/error.h"
#include "model/protocol/refusal.h"
#include "model/protocol/trailer.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/**
 * Authentication of PDUs by a trailer line (docs/protocol.md): `auth b2 kid=… mac=…` or
 * `auth ed kid=… sig=…`, made over
 *
 *     "sonda-probe-v2" NUL role NUL label NUL sender NUL line LF trailer-up-to-the-code
 *
 * role is `Q` for requests and `R` for responses, label names the cluster, sender is the address
 * that the receiver sees as source, line is the PDU's exact bytes. `b2` is BLAKE2b with a 32-byte
 * key and 16 bytes of output, `ed` an Ed25519 signature; both in base64url without padding. Nothing
 * is encrypted. Freshness comes from the nonce and the stamp inside the PDU.
 *
 * There are two ways to share keys. Either all hosts have one key, and each of them can pose as any
 * other; or the monitor has a master key, and each agent has a key of its own that is derived from
 * it, and the public key that the monitor's requests are checked with.
 */
namespace sonda
{

/** Who speaks: a request never passes for a response. */
enum class Role : char
{
    REQUEST = 'Q',
    RESPONSE = 'R',
};

/** Who has made an authentic datagram. */
struct Signer
{
    std::string agent; //!< the one that has that key; empty: a key that others have, too
};

/**
 * The keys that one host has: several may be accepted at a time, one signs. A value; safe to read
 * from many threads. Secret keys never appear in any message.
 */
class Keyring
{
  public:
    using Key = std::array<unsigned char, 32>;

    /**
     * Reads a key file: lines `key KID KEY` (shared), `master KID KEY` (a monitor's) and `agent KID
     * ID KEY PUBLIC-KEY` (an agent's; all with one ID), one line `active KID`, at most one line
     * `label TEXT`, comments from `#`. Keys are 32 bytes in base64.
     *
     * \param text the file's content
     * \param name the file's name, for error messages
     */
    static Expected<Keyring> Parse(std::string_view text, const std::string& name);

    /**
     * \return the PDU with its trailer, ready to be sent. Throws std::logic_error for a role that
     * the active key cannot speak in: see HoldsMaster(), AgentId().
     */
    std::string Seal(Role role, const std::string& sender, const std::string& pdu) const;

    /** \return who made the datagram, or why it is not authentic. */
    Expected<Signer, Refusal> Verify(Role role,
                                     const std::string& sender,
                                     std::string_view datagram) const;

    /** \return nothing if the datagram is authentic, else why it is not. */
    std::optional<Refusal> Check(Role role,
                                 const std::string& sender,
                                 std::string_view datagram) const;

    /** \return whether a master key is here, which no agent needs and no agent may have. */
    bool HoldsMaster() const;

    /** \return the one agent whose own keys are here, if any are; no monitor can use them. */
    const std::optional<std::string>&
    AgentId() const
    {
        return m_agent;
    }

    /**
     * \param id of the agent, IsSignerId()
     * \return the key file of an agent, with a key derived from each master key here, or why there
     *         is none
     */
    Expected<std::string> DeriveAgentFile(const std::string& id) const;

  private:
    enum class Form
    {
        SHARED,
        MASTER,
        AGENT,
    };

    struct Entry
    {
        Form form{Form::SHARED};
        Key key{};        //!< shared, master, or the agent's own
        Key requestKey{}; //!< public, to check requests with; not for shared keys
        std::array<unsigned char, 64> signingKey{}; //!< master only
    };

    static Entry MakeMaster(const Key& master);
    static Key DeriveKey(const Key& master, std::string_view purpose, std::string_view id);

    std::optional<Error> ReadLine(const std::string& line);
    std::optional<Error> AddEntry(const std::string& kid, const Entry& entry);
    std::optional<Error> AddAgent(const std::string& kid,
                                  const std::string& id,
                                  const std::string& key,
                                  const std::string& publicKey);
    std::optional<Key> MacKey(const Entry& entry, Role role, const std::string& agent) const;
    bool IsGood(const Entry& entry,
                Role role,
                const Trailer& trailer,
                const std::string& input,
                bool& isUsable) const;
    std::string MacInput(Role role,
                         const std::string& sender,
                         std::string_view pdu,
                         const std::string& trailerStart) const;

    std::map<std::string, Entry> m_entries; //!< by key id
    std::string m_active;
    std::string m_label;
    std::optional<std::string> m_agent;
};

} // namespace sonda

#endif
