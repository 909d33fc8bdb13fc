#ifndef SONDA_MODEL_PROTOCOL_PREFIX_H
#define SONDA_MODEL_PROTOCOL_PREFIX_H

#include "model/protocol/ipv6.h"

#include <optional>
#include <string_view>

namespace sonda
{

/**
 * A network of addresses: those that share their first bits. IPv4 and IPv6 do not mix. A value; any
 * thread.
 */
class Prefix
{
  public:
    /**
     * \param address IPv4 or IPv6 text of a host in it
     * \param bits how many first bits the network has, to 32 or 128
     * \return the network, or nothing where the text is no address or has fewer bits
     */
    static std::optional<Prefix> Around(std::string_view address, unsigned bits);

    /** \return whether the text is an address in it. */
    bool Contains(std::string_view address) const;

    /**
     * \return whether the address lies in it and yet is nobody's: the network's own address and its
     * broadcast address (IPv4; networks of one or two addresses have neither).
     */
    bool IsNobody(std::string_view address) const;

  private:
    bool m_isIpv4{false};
    Ipv6Bytes m_bytes{}; //!< IPv4: the first four
    unsigned m_bits{0};
};

/** \return whether it is an address by which a host reaches itself only: 127.0.0.0/8 or ::1. */
bool IsLoopback(std::string_view address);

/** \return whether it is good on its own link only: 169.254.0.0/16 or fe80::/10. */
bool IsLinkLocal(std::string_view address);

} // namespace sonda

#endif
