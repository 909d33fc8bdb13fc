#include "realnet/worker/counters.h"

#include <nlohmann/json.hpp>

namespace sonda
{

nlohmann::ordered_json
ProxyCounters::ToJson() const
{
    return {{"accepted", accepted.Get()},
            {"completed", completed.Get()},
            {"client_resets", clientResets.Get()},
            {"server_resets", serverResets.Get()},
            {"clients_gone", clientsGone.Get()},
            {"connect_refused", connectRefused.Get()},
            {"connect_timed_out", connectTimedOut.Get()},
            {"no_port", noPort.Get()},
            {"connect_other", connectOther.Get()},
            {"retries", retries.Get()},
            {"early_resets", earlyResets.Get()},
            {"ended_empty", endedEmpty.Get()},
            {"waited", waited.Get()},
            {"no_agent", noAgent.Get()},
            {"bad_proxy_headers", badGreetings.Get()},
            {"no_descriptor", noDescriptor.Get()},
            {"no_memory", noMemory.Get()},
            {"accept_pauses", acceptPauses.Get()},
            {"vanished", vanished.Get()},
            {"idle_timeouts", idleTimeouts.Get()},
            {"half_closed_timeouts", halfClosedTimeouts.Get()},
            {"reloads", reloads.Get()},
            {"reload_failures", reloadFailures.Get()},
            {"cut", cut.Get()},
            {"bytes_to_servers", bytesToServers.Get()},
            {"bytes_to_clients", bytesToClients.Get()},
            {"spliced_bytes", splicedBytes.Get()}};
}

} // namespace sonda
