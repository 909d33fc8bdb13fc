#include "model/selection/bounds.h"
#include "model/selection/idle-list.h"
#include "model/selection/policy-rows.h"
#include "model/selection/unscored.h"

namespace sonda
{

namespace
{

template <FreshPolicy::Figure figure>
std::unique_ptr<Policy>
MakeFresh(const PolicyParts& parts)
{
    return std::make_unique<FreshPolicy>(*parts.oracle, figure);
}

std::unique_ptr<Policy>
MakeCentralQueue(const PolicyParts& parts)
{
    return std::make_unique<CentralQueuePolicy>(*parts.oracle);
}

} // namespace

std::vector<PolicyRow>
OtherPolicyRows()
{
    using A = Ageing;
    return {
        {{"random", "", "random", "every candidate alike", "none", A::CUT_OFF, false},
         {},
         "",
         MakePlain<RandomPolicy>},
        {{"round-robin", "", "round-robin", "the candidates in turn", "none", A::CUT_OFF, false},
         {},
         "",
         MakePlain<RoundRobinPolicy>},
        {{"join-idle-queue",
          "",
          "join-idle-queue",
          "the agent that has announced longest ago that it is idle, else a random one",
          "none",
          A::CUT_OFF,
          false},
         {},
         "",
         MakePlain<JoinIdleQueuePolicy>},
        {{"join-below-threshold",
          ":k",
          "join-below-threshold:2",
          "one of those who announced fewer than k connections, else a random one",
          "none",
          A::CUT_OFF,
          false},
         {{1, MAX_BELOW, true}},
         "needs the number of connections below which agents shall tell, 1 to 1000000, as in "
         "'join-below-threshold:2'",
         MakeWith<JoinBelowThresholdPolicy, std::uint32_t>},
        {{"fresh-shortest-queue",
          "",
          "fresh-shortest-queue",
          "bound: the truly fewest requests (only in simulation)",
          "none",
          A::NONE,
          true},
         {},
         "",
         MakeFresh<&Oracle::Present>},
        {{"fresh-least-work",
          "",
          "fresh-least-work",
          "bound: the truly least work left (only in simulation)",
          "none",
          A::NONE,
          true},
         {},
         "",
         MakeFresh<&Oracle::WorkLeft>},
        {{"central-queue",
          "",
          "central-queue",
          "bound: requests wait until a core is free (only in simulation)",
          "none",
          A::NONE,
          true},
         {},
         "",
         MakeCentralQueue},
    };
}

} // namespace sonda
