#include "realnet/admin/bounded-task-queue.h"
#include "tests/catch.h"

#include <atomic>
#include <future>

using namespace sonda;

TEST_CASE("a full queue makes whoever brings more wait, and loses nothing", "[queue]")
{
    BoundedTaskQueue queue(2, 3);
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    std::atomic<int> done{0};
    const auto task = [&]
    {
        released.wait();
        ++done;
    };
    std::atomic<int> brought{0};
    std::thread bringer(
        [&]
        {
            for (int i = 0; i < 20; ++i)
            {
                queue.enqueue(task);
                ++brought;
            }
        });
    // Two tasks are worked on and three wait: the sixth cannot be brought while they last.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (brought < 5 && std::chrono::steady_clock::now() < deadline)
    {
        std::this_thread::yield();
    }
    CHECK(brought == 5);
    CHECK(done == 0);
    release.set_value();
    bringer.join();
    queue.shutdown();
    CHECK(done == 20);
}

TEST_CASE("what is queued at the end is still worked off", "[queue]")
{
    std::atomic<int> done{0};
    BoundedTaskQueue queue(1, 100);
    for (int i = 0; i < 50; ++i)
    {
        queue.enqueue([&] { ++done; });
    }
    queue.shutdown();
    CHECK(done == 50);
}
