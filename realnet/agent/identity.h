#ifndef SONDA_REALNET_AGENT_IDENTITY_H
#define SONDA_REALNET_AGENT_IDENTITY_H

#include "model/base/error.h"
#include "model/protocol/pdu.h"

#include <optional>
#include <string>
#include <string_view>

namespace sonda
{

/**
 * The identity of an agent that was given none: the same after every start, different for two
 * agents on one machine, and telling nobody the machine id itself (machine-id(5) asks for that).
 *
 * \param machineId content of /etc/machine-id
 * \return 32 hexadecimal digits, or an error when the machine has no id
 */
Expected<std::string> DeriveIdentity(std::string_view machineId, const Endpoint& server);

/** \return nothing if \p id can be an identity, else what is allowed. */
std::optional<Error> CheckIdentity(const std::string& id);

} // namespace sonda

#endif
