#ifndef SONDA_REALNET_PROXY_PICK_OPTIONS_H
#define SONDA_REALNET_PROXY_PICK_OPTIONS_H

#include "realnet/proxy/options.h"

namespace sonda
{

/** Formula, policy, seed. The table must not outlive the command. */
void AddPickOptions(OptionTable& table, ProxyCommand& command);

/** Servers without agents, and what is asked of those that are picked. Likewise. */
void AddServerOptions(OptionTable& table, ProxyCommand& command);

} // namespace sonda

#endif
