#ifndef SONDA_TESTS_CATCH_H
#define SONDA_TESTS_CATCH_H

/** Catch2 2 (Debian 12) and 3 (Debian 13) name their headers and Approx differently. */
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

#endif
