#include "tests/catch.h"
#include "tests/model/support/queueing-model.h"

/**
 * Policies under load, against what queueing theory says where it says something, and against each
 * other where it does not.
 */
using namespace sonda;
using namespace sonda::test;

namespace
{

/** The t distribution of 19 degrees of freedom exceeds this, both ways, once in 50,000. */
constexpr double SURE = 5.5;

Estimate
TimeInSystem(const std::string& contender, QueueingModel::Setting setting)
{
    return QueueingModel(contender, setting, 4711).Run();
}

/** Checks a mean against its exact value. */
void
CheckMean(const std::string& contender, QueueingModel::Setting setting, double expected)
{
    const Estimate time = TimeInSystem(contender, setting);
    INFO(contender << ": " << time.mean << " +- " << time.error << ", expected " << expected);
    CHECK(std::abs(time.mean - expected) < SURE * time.error);
    // The sample is large enough to tell the value from its neighbours.
    CHECK(time.error < 0.02 * expected);
}

/** Checks that each contender is faster than the next one, beyond doubt. */
void
CheckOrder(const std::vector<std::string>& contenders, QueueingModel::Setting setting)
{
    Estimate last{0, 0};
    std::string faster = "nothing";
    for (const auto& contender : contenders)
    {
        const Estimate time = TimeInSystem(contender, setting);
        INFO(faster << ": " << last.mean << " +- " << last.error << ", " << contender << ": "
                    << time.mean << " +- " << time.error);
        CHECK(time.mean - last.mean > SURE * std::hypot(time.error, last.error));
        last = time;
        faster = contender;
    }
}

/** \return the mean time in system of M/M/c: Erlang's C formula. */
double
CentralQueue(unsigned cores, double load)
{
    const double offered = cores * load;
    double blocking = 1;
    for (unsigned k = 1; k <= cores; ++k)
    {
        blocking = offered * blocking / (k + offered * blocking);
    }
    const double waits = blocking / (1 - load + load * blocking);
    return 1 + waits / (cores * (1 - load));
}

/** \return the mean time in system of round robin over n servers: n queues of E_n/M/1. */
double
RoundRobin(unsigned servers, double load)
{
    double sigma = 0.5;
    for (int i = 0; i < 10'000; ++i)
    {
        const double rate = servers * load;
        sigma = std::pow(rate / (rate + 1 - sigma), servers);
    }
    return 1 / (1 - sigma);
}

} // namespace

TEST_CASE("blind policies have the times of queueing theory")
{
    CheckMean("random", {10, 0.5, 5}, 2);
    CheckMean("round-robin", {10, 0.7, 5}, RoundRobin(10, 0.7));
    CheckMean("smooth-weighted", {7, 0.6, 5}, RoundRobin(7, 0.6));
    CheckMean("earliest-deadline", {7, 0.6, 5}, RoundRobin(7, 0.6));
    CheckMean("weighted", {4, 0.4, 5}, 1 / 0.6);
}

TEST_CASE("the central queue and the least work have the time of M/M/c")
{
    for (const unsigned servers : {2U, 10U})
    {
        CheckMean("central-queue", {servers, 0.8, 5, 200'000}, CentralQueue(servers, 0.8));
        CheckMean("fresh-least-work", {servers, 0.8, 5, 200'000}, CentralQueue(servers, 0.8));
    }
}

TEST_CASE("fresh counters: the bound, all, two, and none")
{
    CheckOrder({"central-queue", "fresh-shortest-queue", "two-choices", "round-robin", "random"},
               {10, 0.8, 5, 200'000});
    CheckOrder({"corrected", "corrected-two", "random"}, {10, 0.8, 5});
}

TEST_CASE("old reports: interpretation helps, belief harms")
{
    // Sixteen service times between reports.
    CheckOrder({"aggressive-li", "reported-two", "reported-five", "reported-best", "reported-head"},
               {10, 0.8, 16, 200'000});
    CheckOrder({"basic-li", "random", "reported-best"}, {10, 0.8, 16, 200'000});
}

TEST_CASE("policies with messages of their own are between the bound and chance")
{
    for (const char* contender : {"join-idle-queue", "prequal-pool", "prequal-linear", "c3"})
    {
        CheckOrder({"fresh-least-work", contender, "random"}, {30, 0.8, 5, 50'000});
    }
}
