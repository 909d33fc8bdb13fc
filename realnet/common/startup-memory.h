#ifndef SONDA_REALNET_COMMON_STARTUP_MEMORY_H
#define SONDA_REALNET_COMMON_STARTUP_MEMORY_H

#include "realnet/common/system-files.h"

namespace sonda
{

/**
 * Lets go of the program code that was used so far: of options, help, resolving of symbols, which
 * is most of it. What is still needed comes back from the files one page after the other,
 * unchanged, as the kernel itself does it when memory is short. For a program that rests most of
 * the time.
 */
void LetGoOfStartupCode(const SystemFiles& files);

} // namespace sonda

#endif
