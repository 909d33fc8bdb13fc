#ifndef SONDA_MODEL_BASE_REQUIRE_H
#define SONDA_MODEL_BASE_REQUIRE_H

#include <stdexcept>

namespace sonda
{

/**
 * For what must hold whatever comes from outside, also in a release: a caller has broken a contract
 * or we have made a mistake. Cheap conditions only.
 *
 * \throw std::logic_error when \p holds is false; nobody is expected to catch it and go on
 */
inline void
Require(bool holds, const char* what)
{
    if (!holds)
    {
        throw std::logic_error(what);
    }
}

} // namespace sonda

#endif
