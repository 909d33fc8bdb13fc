#include "realnet/common/descriptor.h"

#include <cerrno>
#include <system_error>

namespace sonda
{

Error
SystemError(const std::string& what)
{
    return Error{what + ": " + std::generic_category().message(errno)};
}

} // namespace sonda
