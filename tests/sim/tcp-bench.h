#ifndef SONDA_TESTS_SIM_TCP_BENCH_H
#define SONDA_TESTS_SIM_TCP_BENCH_H

#include "model/ns3/lan-helper.h"
#include "model/ns3/tcp-connection.h"
#include "tests/catch.h"

#include "ns3/inet-socket-address.h"
#include "ns3/simulator.h"
#include "ns3/tcp-socket-factory.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/** Two hosts, 5 ms apart, and ends of TCP connections that remember what they were told. */
namespace sonda::sim::test
{

/** What an end was told, and when in ms. */
class RecordingEnd final : public TcpUser
{
  public:
    void
    OnConnected(TcpConnection&) override
    {
        Note("connected");
    }

    void
    OnReadable(TcpConnection&) override
    {
        Note("readable");
    }

    void
    OnEnd(TcpConnection&) override
    {
        Note("end");
    }

    void
    OnFailed(TcpConnection&, TcpFailure why) override
    {
        const char* const names[] = {"refused", "reset", "given up"};
        Note(names[static_cast<int>(why)]);
    }

    /** \return all that was told in its order, blanks between. */
    std::string
    Told() const
    {
        std::string text;
        for (const auto& [what, atMs] : told)
        {
            text += (text.empty() ? "" : " ") + what;
        }
        return text;
    }

    std::vector<std::pair<std::string, double>> told;
    std::unique_ptr<TcpConnection> tcp;
    std::function<void(const std::string&)> then; //!< called after each note

  private:
    void
    Note(const std::string& what)
    {
        told.emplace_back(what, ns3::Simulator::Now().GetSeconds() * 1000);
        if (then)
        {
            then(what);
        }
    }
};

/** A host that connects and one that may listen. */
class TcpBench
{
  public:
    static constexpr std::uint16_t PORT = 80;

    TcpBench()
        : m_near(m_lan.AddHost(ns3::MilliSeconds(2))),
          m_far(m_lan.AddHost(ns3::MilliSeconds(3)))
    {
        LanHelper::Acquaint(m_near, m_far);
    }

    ~TcpBench()
    {
        server.tcp.reset();
        client.tcp.reset();
        ns3::Simulator::Destroy();
    }

    void
    Listen()
    {
        m_listener = ns3::Socket::CreateSocket(m_far.node, ns3::TcpSocketFactory::GetTypeId());
        m_listener->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), PORT));
        m_listener->Listen();
        m_listener->SetAcceptCallback(
            ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address&>(),
            ns3::MakeCallback(&TcpBench::OnAccept, this));
    }

    void
    Connect()
    {
        Connect(m_far.address);
    }

    void
    Connect(ns3::Ipv4Address to)
    {
        client.tcp =
            std::make_unique<TcpConnection>(client, m_near.node, ns3::InetSocketAddress(to, PORT));
    }

    void
    At(double milliseconds, std::function<void()> what)
    {
        ns3::Simulator::Schedule(ns3::MicroSeconds(static_cast<int>(milliseconds * 1000)),
                                 std::move(what));
    }

    /** Until nothing happens any more. \return when that was, in seconds */
    static double
    Run()
    {
        ns3::Simulator::Run();
        return ns3::Simulator::Now().GetSeconds();
    }

    static ns3::Ptr<ns3::Packet>
    Bytes(std::uint32_t count)
    {
        return ns3::Create<ns3::Packet>(count);
    }

    RecordingEnd client;
    RecordingEnd server;

  private:
    void
    OnAccept(ns3::Ptr<ns3::Socket> socket, const ns3::Address&)
    {
        server.tcp = std::make_unique<TcpConnection>(server, socket);
    }

    LanHelper m_lan;
    LanHost m_near;
    LanHost m_far;
    ns3::Ptr<ns3::Socket> m_listener;
};

} // namespace sonda::sim::test

#endif
