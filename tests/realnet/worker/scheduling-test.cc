#include "realnet/worker/scheduling.h"
#include "tests/catch.h"

#include <sched.h>
#include <thread>

using namespace sonda;

namespace
{

/** \return the policy of a thread of its own, after what is done in it */
template <typename What>
int
PolicyAfter(What what)
{
    int policy = -1;
    std::thread thread(
        [&]
        {
            what();
            policy = sched_getscheduler(0);
        });
    thread.join();
    return policy;
}

} // namespace

TEST_CASE("a thread is scheduled as was asked", "[scheduling]")
{
    const int before = sched_getscheduler(0);
    CHECK(PolicyAfter([] { CHECK_FALSE(ScheduleThisThread(Scheduling::BATCH)); }) ==
          (before == SCHED_OTHER ? SCHED_BATCH : before));
    CHECK(PolicyAfter([] { CHECK_FALSE(ScheduleThisThread(Scheduling::NORMAL)); }) == before);
    CHECK(sched_getscheduler(0) == before);
}

TEST_CASE("a policy that somebody has chosen stays", "[scheduling]")
{
    CHECK(PolicyAfter(
              []
              {
                  const sched_param noPriority{};
                  REQUIRE(sched_setscheduler(0, SCHED_IDLE, &noPriority) == 0);
                  CHECK_FALSE(ScheduleThisThread(Scheduling::BATCH));
              }) == SCHED_IDLE);
}

TEST_CASE("an unknown scheduling is refused with those that there are", "[scheduling]")
{
    CHECK(*ParseScheduling("batch") == Scheduling::BATCH);
    CHECK(*ParseScheduling("normal") == Scheduling::NORMAL);
    CHECK(ParseScheduling("fifo").GetError().message ==
          "\"fifo\" is no scheduling; there are: batch, normal");
}
