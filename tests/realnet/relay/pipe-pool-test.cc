#include "realnet/relay/pipe-pool.h"
#include "tests/catch.h"

#include <unistd.h>

using namespace sonda;

TEST_CASE("the pool lends as many pipes as it may, and the same ones again", "[pipes]")
{
    PipePool pool(2);
    auto first = pool.Take();
    auto second = pool.Take();
    REQUIRE(first);
    REQUIRE(second);
    CHECK(first->capacity >= PipePool::LEAST_BYTES);
    CHECK_FALSE(pool.Take());
    const int handle = first->read.Get();
    pool.Return(std::move(*first), 0);
    CHECK(pool.Size() == 2);
    auto again = pool.Take();
    REQUIRE(again);
    CHECK(again->read.Get() == handle);
}

TEST_CASE("a pipe with somebody's bytes in it is never lent again", "[pipes]")
{
    PipePool pool(1);
    auto pipe = pool.Take();
    REQUIRE(pipe);
    REQUIRE(write(pipe->write.Get(), "secret", 6) == 6);
    pool.Return(std::move(*pipe), 6);
    CHECK(pool.Size() == 0);
    auto next = pool.Take();
    REQUIRE(next);
    char byte = 0;
    CHECK(read(next->read.Get(), &byte, 1) == -1); // empty, and it does not block
}

TEST_CASE("a pool of none lends none", "[pipes]")
{
    PipePool pool(0);
    CHECK_FALSE(pool.Take());
}
