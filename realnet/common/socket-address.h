#ifndef SONDA_REALNET_COMMON_SOCKET_ADDRESS_H
#define SONDA_REALNET_COMMON_SOCKET_ADDRESS_H

#include <cstdint>
#include <netinet/in.h>
#include <string>

namespace sonda
{

/** \param address dotted quad that was checked before; any other text yields 0.0.0.0. */
sockaddr_in SocketAddress(const std::string& address, std::uint16_t port);

/** \return the dotted quad. */
std::string AddressText(const sockaddr_in& address);

} // namespace sonda

#endif
