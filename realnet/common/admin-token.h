#ifndef SONDA_REALNET_COMMON_ADMIN_TOKEN_H
#define SONDA_REALNET_COMMON_ADMIN_TOKEN_H

#include "model/base/error.h"

#include <array>
#include <string>
#include <string_view>

namespace sonda
{

/**
 * The secret that whoever changes something over HTTP must show. Only its digest is kept.
 * Immutable; any thread.
 */
class AdminToken
{
  public:
    /** What nobody guesses: 16 random letters and digits are 95 bits. */
    static constexpr std::size_t LEAST_CHARACTERS = 16;

    /**
     * Reads the first line of a file.
     * \return the token, or an error: the file cannot be read, everybody may read it, or what
     *         stands there is shorter than LEAST_CHARACTERS or has other than printable ASCII
     */
    static Expected<AdminToken> Load(const std::string& path);

    /** \return whether it is this one; how long that takes says nothing about the secret. */
    bool Matches(std::string_view shown) const;

  private:
    using Digest = std::array<unsigned char, 32>;

    explicit AdminToken(const Digest& digest);
    static Digest DigestOf(std::string_view text);

    Digest m_digest;
};

} // namespace sonda

#endif
