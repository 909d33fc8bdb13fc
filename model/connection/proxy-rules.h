#ifndef SONDA_MODEL_CONNECTION_PROXY_RULES_H
#define SONDA_MODEL_CONNECTION_PROXY_RULES_H

#include "model/connection/connection-rules.h"
#include "model/table/table-rules.h"

namespace sonda
{

/**
 * All that a proxy does beside picking: what its table protects by, and what its clients' waits and
 * connections are bounded by. The one table of defaults for both worlds: the options of sonda-proxy
 * and the scenario key `proxy` take theirs from here, so that what is simulated is what ships.
 */
struct ProxyRules
{
    TableRules table;
    ConnectionRules connection;

    /** \return nothing but formula and policy: how contenders are compared by themselves. */
    static ProxyRules Bare();

    /**
     * \return what sonda-proxy does when no option says otherwise. mostConnections is 0 here: there
     *         the limit of open files decides.
     */
    static ProxyRules AsShipped();
};

} // namespace sonda

#endif
