#include "tests/catch.h"
#include "tests/model/support/monitor-bench.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

const std::string KEYS = "key k AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nactive k\n";

} // namespace

TEST_CASE("a nonce is good for two intervals and no longer")
{
    MonitorBench bench;
    bench.Probe(0);
    bench.Probe(5);
    CHECK(bench.Answer(0, At(10)) == "accepted");
    bench.answer.id = "eight";
    CHECK(bench.Answer(0, At(10) + Duration(1)) == "unknown-nonce");
    CHECK(bench.Answer(1, At(10) + Duration(1)) == "accepted");
}

TEST_CASE("the nonce of three rounds ago is refused")
{
    MonitorBench bench;
    for (const double second : {0, 5, 10, 15})
    {
        bench.Probe(second);
    }
    CHECK(bench.Answer(0, At(15.1)) == "unknown-nonce");
    CHECK(bench.Answer(1, At(15.1)) == "unknown-nonce");
    CHECK(bench.Answer(2, At(15.1)) == "accepted");
    bench.nonces.push_back("00000000000000000000000000000000");
    CHECK(bench.Answer(4, At(15.1)) == "unknown-nonce");
    CHECK(bench.monitor.Refusals().Get(RefusalReason::UNKNOWN_NONCE) == 3);
}

TEST_CASE("an agent is heard once a round, two agents twice")
{
    MonitorBench bench;
    bench.Probe(0);
    CHECK(bench.Answer(0, At(0.1)) == "accepted");
    CHECK(bench.Answer(0, At(0.2)) == "duplicate-response");
    bench.answer.id = "eight";
    CHECK(bench.Answer(0, At(0.3)) == "accepted");
    bench.Probe(5);
    CHECK(bench.Answer(0, At(5.1)) == "duplicate-response");
    CHECK(bench.Answer(1, At(5.1)) == "accepted");
}

TEST_CASE("the base form is heard once a round as well")
{
    MonitorBench bench;
    const std::string base =
        R"({"tipo":"probe response","RAM":1,"CPU":1,"IP":"10.0.0.7","Door":80})";
    CHECK(bench.Hear(base, "10.0.0.7", At(0)) == "no-request");
    bench.Probe(0);
    CHECK(bench.Hear(base, "10.0.0.7", At(0.1)) == "accepted");
    CHECK(bench.Hear(base, "10.0.0.7", At(0.2)) == "duplicate-response");
    CHECK(bench.Hear(base, "10.0.0.7", At(10.1)) == "no-request");
}

TEST_CASE("the base form can be switched off")
{
    MonitorOptions options;
    options.acceptBase = false;
    MonitorBench bench(options);
    bench.Probe(0);
    const std::string base =
        R"({"tipo":"probe response","RAM":1,"CPU":1,"IP":"10.0.0.7","Door":80})";
    CHECK(bench.Hear(base, "10.0.0.7", At(0.1)) == "base-form");
    CHECK(bench.Answer(0, At(0.1)) == "accepted");
}

TEST_CASE("nobody can have held a request for longer than it was away")
{
    MonitorBench bench;
    bench.Probe(0);
    bench.answer.hold = FromSeconds(0.250001);
    CHECK(bench.Answer(0, At(0.25)) == "hold-too-long");
    // The refused datagram used up nothing: the honest answer still counts.
    bench.answer.hold = FromSeconds(0.25);
    CHECK(bench.Answer(0, At(0.25)) == "accepted");
}

TEST_CASE("a response from another address than it advertises is refused where that is wanted")
{
    for (const bool allowed : {true, false})
    {
        MonitorOptions options;
        options.foreignSources = allowed ? ForeignSources::ON_LINK : ForeignSources::REFUSED;
        MonitorBench bench(options);
        bench.Probe(0);
        bench.answer.nonce = bench.nonces[0];
        CHECK(bench.Hear(Encode(bench.answer), "10.0.0.9", At(0.1)) ==
              (allowed ? "accepted" : "foreign-source"));
        bench.answer.id = "eight";
        CHECK(bench.Answer(0, At(0.2)) == "accepted");
    }
}

TEST_CASE("with a key nothing unsigned is parsed, whatever it says")
{
    MonitorBench bench({}, *Keyring::Parse(KEYS, "keys"));
    bench.Probe(0);
    CHECK(bench.Answer(0, At(0.1)) == "unsigned");
    CHECK(bench.Hear("{{{{", "10.0.0.7", At(0.1)) == "unsigned");
    CHECK(bench.Hear(std::string(65536, 'x'), "10.0.0.7", At(0.1)) == "too-long");
    bench.answer.nonce = bench.nonces[0];
    const std::string pdu = Encode(bench.answer);
    const auto seal = [&](Role role, const std::string& sender)
    { return bench.keyring->Seal(role, sender, pdu); };
    CHECK(bench.Hear(seal(Role::REQUEST, "10.0.0.7"), "10.0.0.7", At(0.1)) == "bad-mac");
    CHECK(bench.Hear(seal(Role::RESPONSE, "10.0.0.7"), "10.0.0.8", At(0.1)) == "bad-mac");
    CHECK(bench.Hear(seal(Role::RESPONSE, "10.0.0.7"), "10.0.0.7", At(0.1)) == "accepted");
    // A replay of an authentic datagram, in the same round and after it.
    CHECK(bench.Hear(seal(Role::RESPONSE, "10.0.0.7"), "10.0.0.7", At(0.2)) ==
          "duplicate-response");
    CHECK(bench.Hear(seal(Role::RESPONSE, "10.0.0.7"), "10.0.0.7", At(11)) == "unknown-nonce");
    CHECK(bench.monitor.ResponsesAccepted() == 1);
    CHECK(bench.monitor.Refusals().Total() == 7);
}

TEST_CASE("a malformed datagram changes nothing but a counter")
{
    MonitorBench bench;
    bench.Probe(0);
    CHECK(bench.Hear("", "10.0.0.7", At(0.1)) == "not-json");
    CHECK(bench.Hear("[]", "10.0.0.7", At(0.1)) == "not-an-object");
    CHECK(bench.Hear(R"({"tipo":"probe request"})", "10.0.0.7", At(0.1)) == "wrong-kind");
    CHECK(bench.Answer(0, At(0.1)) == "accepted");
    CHECK(bench.monitor.Refusals().Total() == 3);
    bench.monitor.CountRefusal(RefusalReason::ID_CONFLICT);
    CHECK(bench.monitor.Refusals().Get(RefusalReason::ID_CONFLICT) == 1);
}
