#include "model/ns3/arguments.h"

#include "model/ns3/agent-application.h"
#include "model/ns3/client-application.h"
#include "model/ns3/monitor-application.h"
#include "model/ns3/proxy-application.h"
#include "model/protocol/codec.h"
#include "model/scoring/catalogue.h"

#include "ns3/string.h"

#include <cstdlib>
#include <iostream>

namespace sonda::sim
{

namespace
{

std::string
TextOf(const ns3::Object& application, const char* attribute)
{
    ns3::StringValue value;
    application.GetAttribute(attribute, value);
    return value.Get();
}

std::string
Named(const char* application, const char* attribute, const std::string& wrong)
{
    return std::string("sonda::") + application + "::" + attribute + ": " + wrong;
}

std::optional<std::string>
WrongInProxy(const ProxyApplication& proxy)
{
    const auto formula = Catalogue::BuiltIn().Find(TextOf(proxy, "Formula"));
    if (!formula)
    {
        return Named("ProxyApplication", "Formula", formula.GetError().message);
    }
    if (const auto wrong = CheckPolicy(TextOf(proxy, "Policy"), false))
    {
        return Named("ProxyApplication", "Policy", wrong->message);
    }
    return std::nullopt;
}

std::optional<std::string>
WrongInMonitor(const MonitorApplication& monitor, const std::string& policy)
{
    MonitorOptions options = monitor.GetSetup().options;
    options.noticeBelow = (*MakePolicy(policy))->NoticeBelow();
    const auto wrong = CheckMonitorOptions(options);
    return wrong ? std::make_optional("sonda::MonitorApplication: " + wrong->message)
                 : std::nullopt;
}

} // namespace

std::optional<std::string>
WrongAttributes()
{
    const auto proxy = ns3::CreateObject<ProxyApplication>();
    if (auto wrong = WrongInProxy(*proxy))
    {
        return wrong;
    }
    const auto monitor = ns3::CreateObject<MonitorApplication>();
    if (auto wrong = WrongInMonitor(*monitor, TextOf(*proxy, "Policy")))
    {
        return wrong;
    }
    const auto agent = ns3::CreateObject<AgentApplication>();
    if (const auto wrong = CheckId(agent->GetSetup().options.id))
    {
        return Named("AgentApplication", "Id", wrong->message);
    }
    return ns3::CreateObject<ClientApplication>()->WrongVariable();
}

void
ParseArguments(ns3::CommandLine& command, int argc, char* argv[])
{
    command.Parse(argc, argv);
    if (const auto wrong = WrongAttributes())
    {
        std::cerr << command.GetName() << ": " << *wrong << "\n\n";
        command.PrintHelp(std::cerr);
        std::exit(1);
    }
}

} // namespace sonda::sim
