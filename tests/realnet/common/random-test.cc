#include "realnet/common/random.h"
#include "tests/catch.h"

using namespace sonda;

TEST_CASE("a seed repeats its numbers, all of them in [0, 1)", "[random]")
{
    SeededRandom one(7);
    SeededRandom same(7);
    SeededRandom other(8);
    bool differs = false;
    for (int i = 0; i < 1000; ++i)
    {
        const double x = one.Uniform();
        REQUIRE(x >= 0);
        REQUIRE(x < 1);
        REQUIRE(x == same.Uniform());
        differs = differs || x != other.Uniform();
    }
    CHECK(differs);
}

TEST_CASE("nonces have 128 bits and do not repeat", "[random]")
{
    SecureRandom random;
    const std::string nonce = RandomHex(random, 128);
    CHECK(nonce.size() == 32);
    CHECK(nonce.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(nonce != RandomHex(random, 128));
}
