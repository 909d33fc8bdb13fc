#include "realnet/balancer/shared-balancer.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

struct Bench
{
    Bench()
        : balancer(MakeFormula("min: rtt"), Make("best"), TableTiming(), 1)
    {
        for (unsigned number = 0; number < 2; ++number)
        {
            REQUIRE(balancer.Update(Observe(number)));
        }
    }

    std::string
    Picked()
    {
        const auto target = balancer.Dispatch().target;
        if (!target)
        {
            return "";
        }
        balancer.Ended(target->agent, Now(), Ending::Abandoned());
        return target->id;
    }

    SharedBalancer balancer;
};

} // namespace

TEST_CASE("no server that the guard objects to is picked, whoever advertises it", "[balancer]")
{
    Bench bench;
    bench.balancer.SetGuard(
        [](const Endpoint& server)
        {
            return server.address == "10.0.0.1"
                       ? std::make_optional<std::string>("it is a listener")
                       : std::nullopt;
        });
    for (int i = 0; i < 20; ++i)
    {
        CHECK(bench.Picked() == "agent-1");
    }
    const auto refused = bench.balancer.Update(Observe(0));
    REQUIRE_FALSE(refused);
    CHECK(refused.GetError().reason == RefusalReason::OWN_ADDRESS);
    CHECK(refused.GetError().detail == "10.0.0.1:80: it is a listener");
    Observation other = Observe(0);
    other.id = "another name";
    CHECK_FALSE(bench.balancer.Update(other));
    CHECK(bench.balancer.ObjectionTo(other)->reason == RefusalReason::OWN_ADDRESS);
    // The listener is gone.
    bench.balancer.SetGuard(nullptr);
    CHECK(bench.balancer.Update(Observe(0)));
}

TEST_CASE("a server that leads back to this process is learnt from one connection", "[balancer]")
{
    Bench bench;
    const auto target = bench.balancer.Dispatch().target;
    REQUIRE(target);
    bench.balancer.Bar(target->agent);
    bench.balancer.Ended(target->agent, Now(), Ending::Abandoned());
    const std::string other = target->id == "agent-0" ? "agent-1" : "agent-0";
    for (int i = 0; i < 20; ++i)
    {
        CHECK(bench.Picked() == other);
    }
    const auto refused = bench.balancer.Update(Observe(target->id == "agent-0" ? 0 : 1));
    REQUIRE_FALSE(refused);
    CHECK(refused.GetError().reason == RefusalReason::OWN_ADDRESS);
    bench.balancer.Inspect(
        [&](const Balancer& balancer, Instant)
        {
            CHECK(balancer.Table().TotalInFlight() == 0);
            return true;
        });
}

TEST_CASE("who rests, and why, is an event; a failed connect has its line elsewhere", "[balancer]")
{
    Bench bench;
    TableRules rules;
    rules.earlyResetsToRest = 1;
    bench.balancer.SetRules(rules);
    bench.balancer.TakeEvents();
    const auto target = bench.balancer.Dispatch().target;
    REQUIRE(target);
    bench.balancer.Connected(target->agent, Now());
    bench.balancer.Ended(target->agent, Now(), Ending::Completed(Duration(0), false, true));
    const auto events = bench.balancer.TakeEvents();
    REQUIRE(events.size() == 1);
    CHECK(events[0].id == target->id);
    CHECK(events[0].restReason == RestReason::EARLY_RESETS);
    CHECK(events[0].restingReports == 1);
    const auto next = bench.balancer.Dispatch().target;
    REQUIRE(next);
    bench.balancer.Ended(next->agent, Now(), Ending::ConnectFailed());
    CHECK(bench.balancer.TakeEvents().empty());
    CHECK(bench.balancer.GetStanding().floor);
}

TEST_CASE("the operator's word holds for the server, whoever speaks for it", "[balancer]")
{
    Bench bench;
    Observation listed = Observe(5);
    listed.id = ToString(listed.server);
    listed.origin = Origin::STATIC;
    REQUIRE(bench.balancer.Update(listed));
    REQUIRE(bench.balancer.SetDrained(listed.id, true));
    REQUIRE(bench.balancer.Update(Observe(5)));
    CHECK(bench.balancer.Drained() == std::vector<std::string>{"agent-5"});
    CHECK(bench.balancer.SetDrained("agent-5", false));
}
