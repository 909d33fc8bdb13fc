#include "tests/sim/tcp-bench.h"

using namespace sonda::sim;
using namespace sonda::sim::test;

namespace
{

/** A segment takes 5 ms; what it costs beside, and the wait of a nanosecond before data, is less.
 */
auto
NearMs(double milliseconds)
{
    return Approx(milliseconds).margin(0.02);
}

} // namespace

TEST_CASE("a port where nobody listens refuses after one round trip, once", "[tcp]")
{
    TcpBench bench;
    bench.Connect();
    bench.client.then = [&](const std::string&) { bench.client.tcp.reset(); };
    const double end = bench.Run();
    CHECK(bench.client.Told() == "refused");
    CHECK(bench.client.told.at(0).second == NearMs(10));
    // The socket does not go on trying, which it would for more than a minute; its next try was to
    // come after 3 s.
    CHECK(end < 5);
}

TEST_CASE("an address to which no way leads is given up at once", "[tcp]")
{
    TcpBench bench;
    bench.Connect(ns3::Ipv4Address("192.0.2.1"));
    CHECK(bench.client.Told().empty());
    bench.Run();
    CHECK(bench.client.Told() == "given up");
}

TEST_CASE("a host that does not answer is given up after all tries, once", "[tcp]")
{
    TcpBench bench;
    bench.Connect(ns3::Ipv4Address("10.200.0.1"));
    bench.Run();
    CHECK(bench.client.Told() == "given up");
    CHECK(bench.client.told.at(0).second > 1000);
}

TEST_CASE("nothing can be sent before a connection stands", "[tcp]")
{
    TcpBench bench;
    bench.Connect();
    CHECK(bench.client.tcp->Room() == 0);
    CHECK_FALSE(bench.client.tcp->Send(TcpBench::Bytes(1)));
    CHECK_FALSE(bench.client.tcp->Send(TcpBench::Bytes(0)));
    bench.Run();
    CHECK(bench.client.Told() == "refused");
    CHECK(bench.client.tcp->Room() == 0);
    CHECK_FALSE(bench.client.tcp->Send(TcpBench::Bytes(1)));
}

TEST_CASE("a close by both ends is no failure, whoever begins", "[tcp]")
{
    for (const bool clientFirst : {true, false})
    {
        TcpBench bench;
        bench.Listen();
        bench.Connect();
        RecordingEnd& first = clientFirst ? bench.client : bench.server;
        RecordingEnd& second = clientFirst ? bench.server : bench.client;
        bench.At(20, [&] { first.tcp->Send(TcpBench::Bytes(3000)); });
        bench.At(40, [&] { first.tcp->EndSending(); });
        bench.At(60, [&] { CHECK(second.tcp->Discard() == 3000); });
        bench.At(80, [&] { second.tcp->Send(TcpBench::Bytes(2000)); });
        bench.At(100, [&] { CHECK(first.tcp->Discard() == 2000); });
        bench.At(120, [&] { second.tcp->EndSending(); });
        bench.Run();
        INFO(first.Told() << "; " << second.Told());
        CHECK(first.told.back().first == "end");
        CHECK(second.told.back().first == "end");
        for (const auto* const end : {&first, &second})
        {
            CHECK(end->Told().find("end") == end->Told().rfind("end"));
        }
    }
}

TEST_CASE("a reset is told as one, once, and not as an end", "[tcp]")
{
    TcpBench bench;
    bench.Listen();
    bench.Connect();
    bench.At(20, [&] { bench.client.tcp->Send(TcpBench::Bytes(100)); });
    // Something is unread: the stack resets.
    bench.At(40, [&] { bench.server.tcp->Close(); });
    bench.Run();
    CHECK(bench.client.Told() == "connected reset");
    CHECK(bench.client.told.back().second == NearMs(45));
    CHECK_FALSE(bench.client.tcp->Send(TcpBench::Bytes(1)));
}

TEST_CASE("what came before a reset can be read still", "[tcp]")
{
    TcpBench bench;
    bench.Listen();
    bench.Connect();
    bench.At(20, [&] { bench.client.tcp->Send(TcpBench::Bytes(100)); });
    bench.At(20, [&] { bench.server.tcp->Send(TcpBench::Bytes(70)); });
    bench.At(40, [&] { bench.server.tcp->Close(); });
    bench.Run();
    CHECK(bench.client.Told() == "connected readable reset");
    CHECK(bench.client.tcp->Discard() == 70);
}

TEST_CASE("a reset that overtakes data is a reset, not an end without it", "[tcp]")
{
    TcpBench bench;
    bench.Listen();
    bench.Connect();
    bench.At(20, [&] { bench.client.tcp->Send(TcpBench::Bytes(100)); });
    // More than a window: most of it waits in the buffer, and never leaves.
    bench.At(40, [&] { bench.server.tcp->Send(TcpBench::Bytes(100000)); });
    bench.At(41, [&] { bench.server.tcp->Close(); });
    bench.Run();
    CHECK(bench.client.told.back().first == "reset");
    CHECK(bench.client.Told().find("end") == std::string::npos);
    CHECK(bench.client.tcp->Discard() < 100000);
}

TEST_CASE("a reset is heard by who has closed its own direction", "[tcp]")
{
    TcpBench bench;
    bench.Listen();
    bench.Connect();
    bench.At(20, [&] { bench.client.tcp->Send(TcpBench::Bytes(100)); });
    bench.At(21, [&] { bench.client.tcp->EndSending(); });
    bench.At(40, [&] { bench.server.tcp->Close(); });
    bench.Run();
    CHECK(bench.client.Told() == "connected reset");
}

TEST_CASE("a reset is heard by who was told the peer's end", "[tcp]")
{
    // ns-3 has one word for both and says it once.
    TcpBench bench;
    bench.Listen();
    bench.Connect();
    bench.At(20, [&] { bench.server.tcp->EndSending(); });
    bench.At(40, [&] { bench.client.tcp->Send(TcpBench::Bytes(100)); });
    bench.At(60, [&] { bench.server.tcp->Close(); });
    bench.Run();
    CHECK(bench.client.Told() == "connected end reset");
}

TEST_CASE("a reset is heard when both have ended and not all was taken", "[tcp]")
{
    TcpBench bench;
    bench.Listen();
    bench.Connect();
    bench.At(20, [&] { bench.server.tcp->EndSending(); });
    bench.At(40,
             [&]
             {
                 // Three times what the peer's kernel holds at once: the rest waits here.
                 for (int i = 0; i < 3; ++i)
                 {
                     bench.client.tcp->Send(TcpBench::Bytes(bench.client.tcp->Room()));
                 }
                 bench.client.tcp->EndSending();
             });
    bench.At(46, [&] { bench.server.tcp->Close(); });
    bench.Run();
    CHECK(bench.client.Told() == "connected end reset");
}

TEST_CASE("whoever is told may destroy its end at once", "[tcp]")
{
    // What is told in the whole life of a connection, one word after the other.
    for (const char* const last : {"connected", "readable", "end", "reset"})
    {
        TcpBench bench;
        bench.Listen();
        bench.Connect();
        bench.client.then = [&](const std::string& what)
        {
            if (what == last)
            {
                bench.client.tcp.reset();
            }
        };
        bench.At(20,
                 [&]
                 {
                     bench.server.tcp->Send(TcpBench::Bytes(70));
                     bench.server.tcp->EndSending();
                 });
        bench.At(40,
                 [&]
                 {
                     if (bench.client.tcp)
                     {
                         bench.client.tcp->Send(TcpBench::Bytes(100));
                     }
                 });
        bench.At(60, [&] { bench.server.tcp->Close(); });
        bench.Run();
        INFO(bench.client.Told());
        CHECK(bench.client.told.back().first == last);
    }
}

TEST_CASE("a listener that hears a reset goes on", "[tcp]")
{
    TcpBench bench;
    bench.Listen();
    bench.Connect();
    // Before the handshake's last segment: the SYN-ACK meets a socket that is gone.
    bench.At(4, [&] { bench.client.tcp.reset(); });
    bench.At(50, [&] { bench.Connect(); });
    bench.Run();
    CHECK(bench.client.Told() == "connected");
    CHECK(bench.server.tcp != nullptr);
}
