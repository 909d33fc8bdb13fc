#include "tests/catch.h"
#include "tests/model/support/queueing-model.h"

#include <cstdlib>
#include <new>

namespace
{

std::size_t g_allocations = 0;

void*
Allocate(std::size_t size)
{
    ++g_allocations;
    if (void* const memory = std::malloc(size == 0 ? 1 : size))
    {
        return memory;
    }
    throw std::bad_alloc();
}

} // namespace

// Of the whole program; only the test below looks at the count.

void*
operator new(std::size_t size)
{
    return Allocate(size);
}

void*
operator new[](std::size_t size)
{
    return Allocate(size);
}

void*
operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    ++g_allocations;
    return std::malloc(size == 0 ? 1 : size);
}

void*
operator new[](std::size_t size, const std::nothrow_t& tag) noexcept
{
    return operator new(size, tag);
}

void
operator delete(void* memory) noexcept
{
    std::free(memory);
}

void
operator delete[](void* memory) noexcept
{
    std::free(memory);
}

void
operator delete(void* memory, const std::nothrow_t&) noexcept
{
    std::free(memory);
}

void
operator delete[](void* memory, const std::nothrow_t&) noexcept
{
    std::free(memory);
}

void
operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

void
operator delete[](void* memory, std::size_t) noexcept
{
    std::free(memory);
}

using namespace sonda;
using namespace sonda::test;

TEST_CASE("no policy takes memory for a pick, a dispatch or its end, once it knows its fleet")
{
    const FixedOracle oracle;
    for (const auto& info : AllPolicies())
    {
        for (const char* formula : {"max: weight", "min: 1 + inflight + latency_mean + waiting"})
        {
            for (const auto& rule : {"", "@cut-off:9", "@decay:9"})
            {
                const std::string text = info.example + rule;
                auto made = MakePolicy(text, &oracle);
                if (!made)
                {
                    continue; // does not take the rule
                }
                Balancer balancer(MakeFormula(formula), std::move(*made), TableTiming());
                SeededStream random(1);
                std::vector<AgentIndex> wanted;
                std::vector<AgentIndex> running;
                wanted.reserve(100);
                running.reserve(100);
                const auto serve = [&](double second)
                {
                    for (int i = 0; i < 60; ++i)
                    {
                        running.push_back(balancer.Dispatch(At(second), random).value());
                        wanted.clear();
                        balancer.WantedProbes(At(second), random, wanted);
                    }
                    for (const AgentIndex agent : running)
                    {
                        balancer.Ended(agent,
                                       Ending::Completed(FromSeconds(0.1), true),
                                       At(second));
                    }
                    running.clear();
                };
                const auto report = [&](double second)
                {
                    for (unsigned i = 0; i < 20; ++i)
                    {
                        Observation observation = Observe(i);
                        observation.report.inFlight = 1;
                        observation.notice = i % 3 == 0;
                        balancer.Update(observation, At(second));
                    }
                };
                for (int second = 0; second < 40; ++second)
                {
                    report(second);
                    serve(second + 0.5);
                }
                report(40);
                const std::size_t before = g_allocations;
                serve(40.5);
                const std::size_t taken = g_allocations - before;
                CAPTURE(text, formula);
                CHECK(taken == 0);
            }
        }
    }
}
