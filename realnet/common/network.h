#ifndef SONDA_REALNET_COMMON_NETWORK_H
#define SONDA_REALNET_COMMON_NETWORK_H

#include "model/base/error.h"
#include "model/protocol/ipv6.h"
#include "realnet/common/socket-address.h"

#include <string>

namespace sonda
{

/** A range of addresses: those that share their first bits. A value. */
class Network
{
  public:
    /** \param text `10.0.0.0/8`, `fd00::/8`, or one address; bits behind the length must be zero */
    static Expected<Network> Parse(const std::string& text);

    /** \return whether the address lies in it, also IPv4 in the guise of IPv6. */
    bool Contains(const SocketAddress& address) const;

  private:
    Ipv6Bytes m_bytes{}; //!< IPv4 as ::ffff:a.b.c.d
    unsigned m_bits{128};
};

} // namespace sonda

#endif
