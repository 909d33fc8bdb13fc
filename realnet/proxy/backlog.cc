#include "realnet/proxy/backlog.h"

#include <map>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sstream>
#include <string>
#include <sys/socket.h>

namespace sonda
{

std::optional<BacklogLosses>
ParseBacklogLosses(std::string_view netstat)
{
    std::istringstream lines{std::string(netstat)};
    std::string names;
    std::string values;
    // Pairs of lines that begin alike: names, then numbers.
    while (std::getline(lines, names) && std::getline(lines, values))
    {
        std::istringstream nameWords(names);
        std::istringstream valueWords(values);
        std::string group;
        std::string same;
        nameWords >> group;
        valueWords >> same;
        if (group != "TcpExt:" || same != group)
        {
            continue;
        }
        std::map<std::string, std::uint64_t> found;
        std::string name;
        std::uint64_t value = 0;
        while (nameWords >> name && valueWords >> value)
        {
            found[name] = value;
        }
        if (found.count("ListenOverflows") && found.count("ListenDrops"))
        {
            return BacklogLosses{found["ListenOverflows"], found["ListenDrops"]};
        }
    }
    return std::nullopt;
}

BacklogLossMeter::BacklogLossMeter(const SystemFiles& files)
    : m_files(files),
      m_start(Ask())
{
}

BacklogLosses
BacklogLossMeter::Read()
{
    // A process without free descriptors cannot read the file, and just then it is asked for.
    if (const auto now = Ask())
    {
        m_start = m_start.value_or(*now);
        m_latest = {now->overflows - m_start->overflows, now->drops - m_start->drops};
    }
    return m_latest;
}

std::optional<BacklogLosses>
BacklogLossMeter::Ask() const
{
    return ParseBacklogLosses(m_files.Read("/proc/net/netstat").value_or(""));
}

std::uint32_t
WaitingClients(int listener)
{
    tcp_info info{};
    socklen_t size = sizeof(info);
    if (getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
    {
        return 0;
    }
    return info.tcpi_unacked; // of a listening socket: the length of its queue
}

} // namespace sonda
