#include "realnet/programs/visibility.h"

#include "realnet/common/log.h"
#include "realnet/common/random.h"

#include <algorithm>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

namespace sonda
{

namespace
{

std::string
WallTime()
{
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

std::string
HostName()
{
    char name[256] = "";
    gethostname(name, sizeof(name) - 1);
    return name;
}

/** \param policy was accepted before, so that its name is known */
bool
LooksAtScores(const std::string& policy)
{
    const std::string name = policy.substr(0, policy.find_first_of(":@"));
    for (const PolicyInfo& info : AllPolicies())
    {
        if (info.name == name)
        {
            return info.defaultFormula != "none";
        }
    }
    return true;
}

/** What run.json says of the network and of the options, where a simulation names its scenario. */
nlohmann::ordered_json
LanJson(const ProxyCommand& command, const ProxyFacts& facts)
{
    return {{"name", "lan"},
            {"about", "a real network, recorded by sonda-proxy"},
            {"listen", facts.listening},
            {"group", command.network.group},
            {"port", command.network.port},
            {"probe",
             {{"interval_s", ToSeconds(command.interval)},
              {"window_ms", ToSeconds(command.window) * 1000},
              {"authenticated", !command.network.keyFile.empty()}}},
            {"workers", command.workers},
            {"timeouts_s",
             {{"connect", ToSeconds(command.connection.connect)},
              {"idle", ToSeconds(command.connection.idle)},
              {"half_closed", ToSeconds(command.connection.halfClosed)},
              {"queue", ToSeconds(command.connection.queue)},
              {"drain", ToSeconds(command.drainTimeout)}}},
            {"capacity", "weight x cores, cores 1 where an agent reports none"}};
}

nlohmann::ordered_json
RunJson(const ProxyConfiguration& configuration,
        const PickRule& rule,
        const Visibility::Facts& facts)
{
    const ProxyCommand& command = configuration.Command();
    const bool bare = !LooksAtScores(command.policy);
    const ProxyFacts& proxy = facts.proxy;
    return {{"schema", 1},
            {"scenario_name", "lan"},
            {"scenario_file", nullptr},
            {"overrides", nlohmann::ordered_json::array()},
            {"scenario", LanJson(command, proxy)},
            {"formula",
             {{"name", bare ? "none" : rule.formulaName},
              {"text", rule.formulaText},
              {"sense", rule.lowestIsBest ? "lowest" : "highest"}}},
            {"policy", command.policy},
            {"contender", bare ? command.policy : rule.formulaName + "/" + command.policy},
            {"fidelity", "lan"},
            {"rng_seed", facts.seed},
            {"rng_run", 0},
            {"command_line", facts.commandLine},
            {"versions", {{"sonda", proxy.version}, {"compiler", "g++ " __VERSION__}}},
            {"commit", proxy.commit},
            {"started", proxy.started},
            {"host", HostName()}};
}

} // namespace

Expected<std::unique_ptr<Visibility>>
Visibility::Open(const ProxyConfiguration& configuration, Facts facts, SharedBalancer& balancer)
{
    std::unique_ptr<Visibility> visibility(new Visibility);
    facts.proxy.started = WallTime();
    facts.proxy.instance = fmt::format("{:016x}", RandomSeed());
    facts.proxy.windowS =
        ToSeconds(std::max(configuration.Command().interval, AdminService::LEAST_WINDOW));
    if (auto error = visibility->OpenAdmin(configuration, facts, balancer))
    {
        return *error;
    }
    if (auto error = visibility->OpenRecord(configuration, facts, balancer))
    {
        return *error;
    }
    return visibility;
}

std::optional<Error>
Visibility::OpenAdmin(const ProxyConfiguration& configuration,
                      const Facts& facts,
                      SharedBalancer& balancer)
{
    const ProxyCommand& command = configuration.Command();
    if (!command.admin)
    {
        return std::nullopt;
    }
    const Endpoint at{*command.admin->address, command.admin->port};
    auto server = AdminServer::Open(at,
                                    configuration.adminToken,
                                    [&balancer](const std::string& id, bool drained)
                                    { return balancer.SetDrained(id, drained); });
    if (!server)
    {
        return server.GetError();
    }
    m_adminAt = (*server)->At();
    // With thousands of agents answers have megabytes. Without this the C library learns to keep
    // such blocks, for each of its threads.
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
    spdlog::info("admin at http://{}/", ToString(*m_adminAt));
    if (!AdminServer::IsLoopback(at))
    {
        spdlog::warn("--admin: everybody who can reach {} may read what the proxy does",
                     at.address);
    }
    m_figures = std::make_unique<LiveFigures>();
    balancer.AddWitness(*m_figures, &m_figures->Trace());
    m_admin = std::make_unique<AdminService>(
        AdminService::Parts{std::move(*server),
                            std::make_shared<const ProxyFacts>(facts.proxy),
                            m_figures.get()},
        balancer);
    return std::nullopt;
}

std::optional<Error>
Visibility::OpenRecord(const ProxyConfiguration& configuration,
                       const Facts& facts,
                       SharedBalancer& balancer)
{
    const ProxyCommand& command = configuration.Command();
    if (command.record.empty())
    {
        return std::nullopt;
    }
    auto folder = RecordFolder::Make(command.record);
    if (!folder)
    {
        return folder.GetError();
    }
    const PickRule rule =
        balancer.Inspect([&](const Balancer& inner, Instant)
                         { return MakePickRule(inner.Table().GetFormula(), command.policy); });
    m_record = std::make_unique<LanRecorder>(LanRecorder::Parts{std::move(*folder),
                                                                RunJson(configuration, rule, facts),
                                                                command.interval},
                                             balancer);
    balancer.AddWitness(*m_record, nullptr);
    return std::nullopt;
}

std::vector<Companion*>
Visibility::Companions() const
{
    std::vector<Companion*> companions;
    if (m_admin)
    {
        companions.push_back(m_admin.get());
    }
    if (m_record)
    {
        companions.push_back(m_record.get());
    }
    return companions;
}

std::optional<Endpoint>
Visibility::AdminAt() const
{
    return m_adminAt;
}

} // namespace sonda
