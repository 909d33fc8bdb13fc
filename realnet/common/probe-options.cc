#include "realnet/common/probe-options.h"

#include "realnet/common/socket-address.h"

namespace sonda
{

int
Family(const ProbeNetwork& network)
{
    return SocketAddress(network.group, network.port).Family();
}

void
AddProbeOptions(OptionTable& table, ProbeNetwork& network, const std::string& interfaceMeaning)
{
    table.Heading("Probes");
    table.Add(
        "group",
        "ADDRESS",
        network.group,
        "239.8.8.8",
        "Multicast group of the probes; with an IPv6 group (ff15::8888) everything about probes is "
        "IPv6",
        ParseGroup);
    table.AddNumber("port",
                    network.port,
                    "8888",
                    "UDP port of the probes",
                    WholeFrom<std::uint16_t>(1, 65535));
    table.AddList("interface",
                  "NAME|ADDRESS",
                  network.interfaces,
                  {},
                  interfaceMeaning + " [default: the one with the default route, or the only one]",
                  AnyText);
    table
        .Add("key-file",
             "FILE",
             network.keyFile,
             "",
             "Keys; only authentic PDUs are then accepted",
             AnyText)
        .scope = OptionScope::LIVE;
}

} // namespace sonda
