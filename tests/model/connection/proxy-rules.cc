#include "model/connection/proxy-rules.h"

#include "tests/catch.h"

using namespace sonda;

TEST_CASE("a bare proxy protects nobody and lets nobody wait but whom the policy holds back")
{
    const ProxyRules bare = ProxyRules::Bare();
    CHECK(bare.table.slowStart == Duration(0));
    CHECK(bare.table.panicBelow == 0);
    CHECK(bare.table.earlyResetsToRest == 0);
    CHECK(bare.table.emptyEndsToRest == 0);
    CHECK(bare.table.mostInFlight == 0);
    CHECK(bare.table.mostAgents == 0);
    CHECK(bare.connection.queue == Duration(0));
    CHECK(bare.connection.heldBack == NO_TIMEOUT);
    CHECK(bare.connection.retriesAfterReset == 0);
    CHECK(bare.connection.mostConnections == 0);
}

TEST_CASE("what ships has one waiting line, and every wait in it ends")
{
    const ProxyRules shipped = ProxyRules::AsShipped();
    CHECK(shipped.connection.queue > Duration(0));
    CHECK(shipped.connection.heldBack == shipped.connection.queue);
    CHECK(shipped.connection.look < shipped.connection.queue);
    CHECK(shipped.connection.connect < NO_TIMEOUT);
    CHECK(shipped.connection.idle < NO_TIMEOUT);
    CHECK(shipped.connection.halfClosed < shipped.connection.idle);
    CHECK(shipped.connection.Unserved() < NO_TIMEOUT);
    CHECK(shipped.table.mostAgents > 0); // nobody on a LAN may fill the memory
}
