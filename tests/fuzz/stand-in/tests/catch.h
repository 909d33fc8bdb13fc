#ifndef SONDA_TESTS_FUZZ_CATCH_H
#define SONDA_TESTS_FUZZ_CATCH_H

/** In Catch2's place, for what unit tests and fuzz targets share. */
#include "tests/fuzz/targets/check.h"

#define REQUIRE(condition) FUZZ_CHECK(condition)
#define FAIL(message)      FUZZ_CHECK(!message)

#endif
